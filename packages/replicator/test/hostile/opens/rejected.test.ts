import { setImmediate as tick } from 'node:timers/promises'
import crypto from 'hypercore-crypto'
import b4a from 'b4a'
import MuxOf from 'protomux'
import { expect, onTestFinished, test, vi } from 'vitest'
import { KNOWN_CHANNEL, REJECT } from '../../../src/wire/costs.js'
import { Work } from '../../../src/wire/work.js'
import { inMemory } from '../../kit/wires.js'
import { side } from '../../kit/side.js'
import { batchFrame, HostilePeer, uint } from '../kit/hostile-peer.js'
import { noteOffences, type Offence } from '../kit/offences.js'
import { carriesOn, joined } from '../kit/stage.js'

const OPENS = 16_000

test('16,000 of our opens that a peer refuses in reverse order are found at once, and no offence', async () => {
  const { refuse, rejected, looks, offences, carriesOn } = await offering()
  await refuse()
  expect(rejected()).toBe(OPENS)
  expect([looks(), offences]).toEqual([0, []])
  await carriesOn()
})

test('those that we have closed meanwhile are looked for, which is spent and not charged', async () => {
  const { refuse, close, left, spent, charged, offences, carriesOn } = await offering(1000)
  close()
  await refuse()
  while (left() > 0) await tick()
  expect(spent()).toBeGreaterThanOrEqual(1000 * REJECT + (KNOWN_CHANNEL * 1000 * 1000) / 2)
  expect([charged(), offences]).toEqual([0, []])
  await carriesOn()
})

/** What is used of a Protomux. */
interface Mux {
  _infos: Map<string, unknown>
  createChannel(opts: object): { open(handshake: object): void; close(): void }
}

interface Offering {
  /** The remote refuses all, the last one first, in one frame. */
  refuse: () => Promise<void>
  /** We close all. */
  close: () => void
  /** How many were closed for the remote. */
  rejected: () => number
  /** How many protocols and ids of the mux were looked at, one by one. */
  looks: () => number
  /** How many are waited for. */
  left: () => number
  spent: () => number
  charged: () => number
  offences: Offence[]
  carriesOn: () => Promise<void>
}

/** We have opened so many channels, as for cores, on one stream. */
async function offering(opens = OPENS): Promise<Offering> {
  const near = side()
  const honest = await joined(near)
  await carriesOn(near, honest)
  const [stream, theirs] = await inMemory()
  const offences = noteOffences(near.replicator)
  near.replicator.replicate(stream)
  const hostile = new HostilePeer(theirs).listen()
  const mux = MuxOf.from(stream) as unknown as Mux
  const count = { rejected: 0 }
  const channels = Array.from({ length: opens }, () =>
    mux.createChannel({ protocol: 'ours', id: crypto.randomBytes(32), onclose: () => count.rejected++ })
  )
  for (const channel of channels) channel.open({})

  let looks = 0
  const { values } = Map.prototype
  mux._infos.values = function* (this: Map<string, unknown>) {
    for (const info of values.call(this)) {
      looks++
      yield info
    }
    return undefined
  }
  const sums = { spent: 0, charged: 0 }
  const { charge, spend } = Work.prototype
  const spies = [
    vi.spyOn(Work.prototype, 'charge').mockImplementation(function (this: Work, cost, channel) {
      sums.charged += cost
      charge.call(this, cost, channel)
    }),
    vi.spyOn(Work.prototype, 'spend').mockImplementation(function (this: Work, cost) {
      sums.spent += cost
      spend.call(this, cost)
    })
  ]
  onTestFinished(() => spies.forEach((spy) => spy.mockRestore()))
  return {
    refuse: async () => {
      const numbers = Array.from(channels, (_, i) => opens - i)
      await hostile.send(batchFrame(numbers.map((number) => b4a.concat([b4a.from([0, 2]), uint(number)]))))
      while (count.rejected < opens && !stream.destroyed) await tick()
    },
    close: () => channels.forEach((channel) => channel.close()),
    rejected: () => count.rejected,
    looks: () => looks,
    left: () => [...mux._infos.keys()].filter((name) => name.startsWith('ours##')).length,
    spent: () => sums.spent,
    charged: () => sums.charged,
    offences,
    carriesOn: () => carriesOn(near, honest)
  }
}
