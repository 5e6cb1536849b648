import NoiseSecretStream from '@hyperswarm/secret-stream'
import Protomux from 'protomux'
import { onTestFinished } from 'vitest'
import type { Corestore, ReplicateOptions } from '../../src/index.js'
import { inMemory } from './mirrors.js'

/** The places of messages among those of Hypercore's channel. */
const SYNC = 0
const REQUEST = 1

/**
 * Connects two stores in memory. The first one opens cores, and sends nothing else about them.
 * @param length  of which it says that it has so many blocks, and no more; null = not even that
 * @returns a promise that resolves once it was heard of so many cores
 */
export function muteLiar(
  liar: Corestore,
  victim: Corestore,
  length: number | null,
  cores: number
): Promise<void> {
  const ends = inMemory()
  onTestFinished(() => ends.forEach((end) => end.destroy()))
  const mux = Protomux.from(ends[0]) as unknown as { createChannel(opts: Channel): unknown }
  const { createChannel } = mux
  mux.createChannel = (opts) => {
    const channel = createChannel.call(mux, opts) as { messages: { send(message: object): boolean }[] } | null
    if (opts.protocol !== 'hypercore/alpha' || channel === null) return channel
    const sync = channel.messages[SYNC]!
    const { send } = sync
    for (const message of channel.messages) message.send = () => true
    if (length !== null) sync.send = (message) => send.call(sync, { ...message, length })
    return channel
  }
  const heard = new Promise<void>((resolve) => {
    const theirs = Protomux.from(ends[1]) as unknown as { createChannel(opts: Channel): unknown }
    const create = theirs.createChannel
    theirs.createChannel = (opts) => {
      if (opts.protocol !== 'hypercore/alpha') return create.call(theirs, opts)
      const { encoding, onmessage } = opts.messages[SYNC]!
      const hear = async (message: unknown, channel: unknown): Promise<void> => {
        await onmessage(message, channel)
        if (--cores === 0) resolve()
      }
      return create.call(theirs, {
        ...opts,
        messages: opts.messages.with(SYNC, { encoding, onmessage: hear })
      })
    }
  })
  liar.replicate(ends[0] as never)
  victim.replicate(ends[1] as never)
  return heard
}

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
