import { setImmediate as tick } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { BAD_PROOFS } from '../../src/defaults.js'
import { offered, read, side } from '../kit/side.js'
import { next } from '../kit/stored-cores.js'
import { destroyed, overTcp } from '../kit/wires.js'

test.each([
  { how: 'downloads', push: false },
  { how: 'has all pushed to it', push: true }
])('a writer that truncates and appends while a peer $how is not taken for a liar', async (at) => {
  const [near, writer] = [side(), side()]
  const source = await writer.source.get({ blocks: ['first'] })
  const [ours, theirs] = await overTcp()
  near.replicator.replicate(ours)
  writer.replicator.replicate(theirs)
  const core = await near.source.get({ key: source.key! })
  if (at.push) (core.core!.replicator as unknown as Pushing).setAllowPush(true)
  expect(await read(core)).toBe('first')
  const download = core.download({ start: 0, end: -1 })

  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 20; i++) {
      await source.append(`${round} ${i}`)
      const pushing = (source.core!.replicator as unknown as Pushing).push(source.length - 1)
      if (i % 5 === 0) await pushing
    }
    await source.truncate(source.length - 10)
  }
  await source.append('last')

  await tick()
  console.log(`${at.how}: ${near.replicator.stats().errors} of what came was not taken`)
  expect(near.replicator.stats().errors).toBeLessThan(BAD_PROOFS / 2)
  expect([offered(core, ours), ours.destroyed]).toEqual([true, false])
  download.destroy()

  // Hypercore itself asks such a peer for nothing more, until it comes again.
  await destroyed(ours)
  const [again, their] = await overTcp()
  near.replicator.replicate(again)
  writer.replicator.replicate(their)
  while (core.fork !== source.fork || core.length !== source.length) {
    await Promise.race([next(core, 'append'), next(core, 'truncate')])
  }
  for (let i = 0; i < core.length; i++) expect(await read(core, i)).toBe(await read(source, i))
})

interface Pushing {
  setAllowPush(allow: boolean): void
  push(index: number): Promise<void>
}
