import crypto from 'hypercore-crypto'
import Hypercore from 'hypercore'
import type { CorestoreStorage, Hypercore as HypercoreSession, Manifest } from '@manycore/hypercore-types'
import { CorestoreError } from './errors.js'

/**
 * Gives the data a core has now a second, unsigned core: its key commits to exactly these blocks.
 * Both share the stored data.
 * @returns the static core's key, 32 bytes
 * @throws STORAGE_EMPTY when the core has no blocks
 */
export async function createStaticCore(
  storage: CorestoreStorage,
  session: HypercoreSession<unknown>
): Promise<Uint8Array> {
  await session.ready()
  const core = session.core!
  const source = core.state!.storage
  const rx = source.read()
  const reads = [rx.getHead(), rx.getAuth()] as const
  rx.tryFlush()
  const [head, auth] = await Promise.all(reads)
  if (head === null || head.length === 0 || auth === null || auth.manifest === null) {
    throw new CorestoreError('STORAGE_EMPTY', 'a core needs data before it can be made static')
  }

  const manifest = {
    version: 1,
    hash: auth.manifest.hash,
    quorum: 0,
    signers: [],
    prologue: { length: head.length, hash: head.rootHash }
  }
  const key = Hypercore.key(manifest)
  await storage.createCore({
    key,
    discoveryKey: crypto.discoveryKey(key),
    manifest: manifest as unknown as Manifest,
    core: source.core
  })
  return key
}
