import { setImmediate as turn } from 'node:timers/promises'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { onTestFinished } from 'vitest'
import type { Corestore, ReplicateOptions } from '../../src/index.js'

/** A frame as it is before it is encrypted. */
export interface Frame {
  /** 0 = the initiator. */
  readonly from: number
  readonly bytes: Uint8Array
}

/** A store, and the seed of the static key that it has on the stream. */
export interface End {
  readonly store: Corestore
  readonly seed: number
  readonly opts?: ReplicateOptions
}

/** Connects two stores in memory, the first of which is the initiator, and records what each of them sends. */
export async function recorded(
  ends: readonly [End, End]
): Promise<{ frames: Frame[]; quiet(): Promise<void> }> {
  const frames: Frame[] = []
  const streams = ends.map(({ seed }, from) => {
    const stream = new NoiseSecretStream(from === 0, null, { keyPair: crypto.keyPair(b4a.alloc(32, seed)) })
    const write = stream.write.bind(stream)
    stream.write = (bytes: Uint8Array) => {
      frames.push({ from, bytes: b4a.from(bytes) })
      return write(bytes)
    }
    stream.on('error', () => {})
    return stream
  })
  onTestFinished(() => streams.forEach((stream) => stream.destroy()))
  const [near, far] = streams.map(({ rawStream }) => rawStream as unknown as NodeJS.ReadWriteStream)
  near!.pipe(far!).pipe(near!)
  for (const [i, { store, opts }] of ends.entries()) store.replicate(streams[i] as never, opts ?? {})
  await Promise.all(streams.map(({ opened }) => opened))
  /** Resolves once both are level, and nothing has been sent for many turns. */
  const quiet = async (): Promise<void> => {
    await Promise.all(ends.map(({ store }) => store.synced()))
    for (let turns = 0, sent = frames.length; turns < 50; turns++) {
      await turn()
      if (frames.length !== sent) turns = 0
      sent = frames.length
    }
  }
  return { frames, quiet }
}
