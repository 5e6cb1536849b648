import NoiseSecretStream from '@hyperswarm/secret-stream'
import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import type { Corestore, ReplicateOptions } from '../../src/index.js'

/** The static keys of the two ends. */
export const PEERS: readonly { publicKey: Uint8Array; secretKey: Uint8Array }[] = [1, 2].map((n) =>
  crypto.keyPair(b4a.alloc(32, n))
)

/** Connects two stores that have the same static keys each time. @returns a function that disconnects them */
export function meet(
  stores: readonly [Corestore, Corestore],
  opts: ReplicateOptions = {}
): () => Promise<void> {
  const ends = PEERS.map((keyPair, i) => new NoiseSecretStream(i === 0, null, { keyPair } as never))
  const [near, far] = ends.map(({ rawStream }) => rawStream as unknown as NodeJS.ReadWriteStream)
  near!.pipe(far!).pipe(near!)
  for (const [i, end] of ends.entries()) {
    end.on('error', () => {})
    stores[i]!.replicate(end as never, i === 0 ? opts : {})
  }
  return async () => {
    const closed = ends.map((end) => new Promise((resolve) => end.once('close', resolve as never)))
    for (const end of ends) end.destroy()
    await Promise.all(closed)
  }
}

/** Resolves once both are level. */
export async function level(stores: readonly [Corestore, Corestore]): Promise<void> {
  await Promise.all(stores.map((store) => store.synced()))
}
