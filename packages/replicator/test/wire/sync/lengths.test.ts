import b4a from 'b4a'
import { expect, test } from 'vitest'
import { side } from '../../kit/side.js'
import { inMemory } from '../../kit/wires.js'

const APPENDS = 30

test('two peers that get the same blocks from a third one know the length of each other', async () => {
  const [writer, near, far] = [side(), side(), side()]
  const core = await writer.source.get({ blocks: ['a'] })
  for (const { source } of [near, far]) {
    const copy = await source.get({ key: core.key! })
    copy.download({ start: 0, end: -1 })
  }
  for (const [one, other] of [
    [writer, near],
    [writer, far],
    [near, far]
  ] as const) {
    const ends = await inMemory()
    one.replicator.replicate(ends[0])
    other.replicator.replicate(ends[1])
  }
  for (let i = 0; i < APPENDS; i++) {
    await core.append(b4a.from('b'))
    await Promise.all([writer, near, far].map(({ replicator }) => replicator.synced()))
  }
  for (const { replicator } of [near, far]) expect(replicator.syncView().isLevel).toBe(true)
})
