import NoiseSecretStream from '@hyperswarm/secret-stream'
import Protomux from 'protomux'
import { onTestFinished } from 'vitest'
import type { Corestore, ReplicateOptions } from '../../src/index.js'

/** The place of requests among the messages of Hypercore's channel. */
const REQUEST = 1

interface Channel {
  readonly protocol: string
  readonly messages: { encoding: object; onmessage(message: unknown, channel: unknown): unknown }[]
}

/**
 * Connects two stores in memory. The first one is a liar: it opens cores, says what it has of them, and answers no request.
 * @param opts     those of the victim
 * @param answers  how many requests it answers before
 * @returns     what makes it honest from then on: what it was asked for meanwhile is answered, too
 */
export function connectLiar(
  liar: Corestore,
  victim: Corestore,
  opts: ReplicateOptions = {},
  answers = 0
): () => Promise<void> {
  const ends = [new NoiseSecretStream(true), new NoiseSecretStream(false)] as const
  const [near, far] = ends.map(({ rawStream }) => rawStream as unknown as NodeJS.ReadWriteStream)
  near!.pipe(far!).pipe(near!)
  onTestFinished(() => ends.forEach((end) => end.destroy()))
  const unanswered: (() => unknown)[] = []
  let isHonest = false
  const mux = Protomux.from(ends[0]) as unknown as { createChannel(opts: Channel): unknown }
  const { createChannel } = mux
  mux.createChannel = (opts) => {
    if (opts.protocol !== 'hypercore/alpha') return createChannel.call(mux, opts)
    const messages = [...opts.messages]
    const { encoding, onmessage } = messages[REQUEST]!
    messages[REQUEST] = {
      encoding,
      onmessage: (message, channel) => {
        const answer = (): unknown => onmessage(message, channel)
        return isHonest || answers-- > 0 ? answer() : void unanswered.push(answer)
      }
    }
    return createChannel.call(mux, { ...opts, messages })
  }
  for (const [i, end] of ends.entries()) {
    end.on('error', () => {})
    if (i === 0) liar.replicate(end as never)
    else victim.replicate(end as never, opts)
  }
  return async () => {
    isHonest = true
    for (const answer of unanswered) await answer()
  }
}
