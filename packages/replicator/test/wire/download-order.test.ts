import Protomux from 'protomux'
import b4a from 'b4a'
import type { Hypercore, NoiseStream } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import type { PolicyCore, ReplicatorOptions } from '../../src/index.js'
import { read, side, type Side } from '../kit/side.js'
import { inMemory } from '../kit/wires.js'

const BLOCKS = 300

test('blocks of cores with a higher priority come first, whichever was asked for first', async () => {
  const { near, far, log, wire } = await recorded(byKey)
  const [low, high, middle] = await filled(far, 3)
  ranks([low!, 0], [high!, 2], [middle!, 1])
  const copies = await Promise.all([low!, high!, middle!].map(({ key }) => near.source.get({ key: key! })))
  const done = copies.map((copy) => copy.download({ start: 0, end: BLOCKS }).done())
  wire()
  await Promise.all(done)
  expect(order(log, [low!, middle!, high!])).toEqual([
    [hex(high!), BLOCKS],
    [hex(middle!), BLOCKS],
    [hex(low!), BLOCKS]
  ])
})

test('without a priority cores share the stream', async () => {
  const { near, far, log, wire } = await recorded({ policy: {} })
  const cores = await filled(far, 2)
  const copies = await Promise.all(cores.map(({ key }) => near.source.get({ key: key! })))
  const done = copies.map((copy) => copy.download({ start: 0, end: BLOCKS }).done())
  wire()
  await Promise.all(done)
  expect(order(log, cores).length).toBeGreaterThan(2)
})

test('a core that gets new wants holds the lower ones up again, but for what they have requested', async () => {
  const { near, far, log, wire } = await recorded(byKey)
  const [low, high] = await filled(far, 2)
  ranks([low!, 0], [high!, 1])
  const copies = await Promise.all([low!, high!].map(({ key }) => near.source.get({ key: key! })))
  wire()
  await copies[1]!.get(0)
  const lowest = copies[0]!.download({ start: 0, end: BLOCKS }).done()
  await until(() => log.some((id) => id === hex(low!)))
  const begun = log.length
  await copies[1]!.download({ start: 1, end: BLOCKS }).done()
  const between = log.slice(begun, log.lastIndexOf(hex(high!))).filter((id) => id === hex(low!))
  expect(between.length).toBeLessThanOrEqual(64)
  await lowest
})

test.each(['that has none of its blocks', 'that closes it meanwhile', 'whose answer we do not wait for'])(
  'a core of higher priority holds up nobody on a stream to a peer %s',
  async (which) => {
    const { near, far, other, wire } = await recorded(byKey)
    const [low, high] = await filled(far, 2)
    ranks([low!, 0], [high!, 1])
    if (which.includes('none')) await high!.clear(0, BLOCKS)
    const unanswered = ignoreRequests(other, high!)
    wire()
    const copy = await near.source.get({ key: high!.key! })
    if (!which.includes('none')) await copy.get(0)
    unanswered.on = !which.includes('none')
    const getting = copy.get(1, which.includes('wait') ? { timeout: 20 } : {})
    getting.catch(() => {})
    if (!which.includes('none')) await until(() => inflight(copy) > 0)
    const reading = read(await near.source.get({ key: low!.key! }))
    if (which.includes('closes')) far.replicator.detach(high!)
    expect(await reading).toBe('0')
  }
)

/** hex key → priority */
const priorities = new Map<string, number>()
const byKey: ReplicatorOptions = {
  policy: { priority: ({ key }: PolicyCore) => priorities.get(b4a.toString(key!, 'hex')) ?? 0 }
}

function ranks(...all: [Hypercore, number][]): void {
  for (const [core, priority] of all) priorities.set(b4a.toString(core.key!, 'hex'), priority)
}

function filled(side: Side, count: number): Promise<Hypercore[]> {
  const blocks = Array.from({ length: BLOCKS }, (_, i) => `${i}`)
  return Promise.all(Array.from({ length: count }, () => side.source.get({ blocks })))
}

/** Runs of blocks of one core, as they arrived. */
function order(log: readonly string[], cores: readonly Hypercore[]): [string, number][] {
  const runs: [string, number][] = []
  for (const id of log) {
    if (!cores.some((core) => hex(core) === id)) continue
    const last = runs.at(-1)
    if (last?.[0] === id) last[1]++
    else runs.push([id, 1])
  }
  return runs
}

/** Two sides on a wire; `log` has the hex discovery key of each block that reaches the near one. */
async function recorded(
  opts: ReplicatorOptions
): Promise<{ near: Side; far: Side; other: NoiseStream; log: string[]; wire(): void }> {
  const [near, far] = [side(opts), side()]
  const [one, other] = await inMemory()
  const log: string[] = []
  onMessages(one, ({ id, messages }) => {
    const data = messages[3]!
    const { onmessage } = data
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- an option of Protomux, no DOM event
    data.onmessage = (message, channel) => {
      if (message.block) log.push(b4a.toString(id, 'hex'))
      return onmessage(message, channel)
    }
  })
  const wire = (): void => {
    near.replicator.replicate(one)
    far.replicator.replicate(other)
  }
  return { near, far, other, log, wire }
}

/** The side of this stream answers no request for blocks of a core, once that is on. */
function ignoreRequests(stream: NoiseStream, { discoveryKey }: Hypercore): { on: boolean } {
  const unanswered = { on: false }
  onMessages(stream, ({ id, messages }) => {
    if (!b4a.equals(id, discoveryKey!)) return
    const { onmessage } = messages[1]!
    Object.assign(messages[1]!, {
      onmessage: (...args: Parameters<typeof onmessage>) => (unanswered.on ? null : onmessage(...args))
    })
  })
  return unanswered
}

function onMessages(stream: NoiseStream, change: (opts: WireOptions) => void): void {
  const mux = Protomux.from(stream) as unknown as { createChannel(opts: WireOptions): unknown }
  const { createChannel } = mux
  mux.createChannel = (opts) => {
    change(opts)
    return createChannel.call(mux, opts)
  }
}

interface WireOptions {
  id: Uint8Array
  messages: { onmessage(message: { block: unknown }, channel: unknown): unknown }[]
}

function hex({ discoveryKey }: Hypercore): string {
  return b4a.toString(discoveryKey!, 'hex')
}

function inflight(core: Hypercore): number {
  return (core.peers[0] as unknown as { inflight: number } | undefined)?.inflight ?? 0
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setImmediate(resolve))
}
