import Hypercore from 'hypercore'
import type { InnerCore } from '@manycore/hypercore-types'

/** Attaches two open cores to the ends of one Noise stream. @returns ends it */
export function connect(near: InnerCore, far: InnerCore): () => Promise<void> {
  const streams = [Hypercore.createProtocolStream(true), Hypercore.createProtocolStream(false)] as const
  const closed = streams.map((stream) => new Promise<void>((resolve) => stream.once('close', resolve)))
  for (const stream of streams) stream.on('error', () => {}) // cut off is how these tests end
  streams[0].pipe(streams[1]).pipe(streams[0])
  near.replicator.attachTo(muxOf(streams[0]))
  far.replicator.attachTo(muxOf(streams[1]))
  return async () => {
    for (const stream of streams) stream.destroy()
    await Promise.all(closed)
  }
}

function muxOf(stream: ReturnType<typeof Hypercore.createProtocolStream>) {
  const mux = stream.noiseStream.userData
  if (!mux) throw new Error('the stream has no Protomux')
  return mux
}
