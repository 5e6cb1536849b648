import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { killFixtureAfter, runFixture, type Side } from '../kit/run-fixture.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

interface Contents {
  primaryKey: string
  cores: Record<string, { length: number; fork: number; writable: boolean; blocks: unknown[] }>
  draft: { length: number; blocks: unknown[] }
  group: string[]
  listed: string[]
}

const read = (side: Side, directory: string): Promise<Contents> =>
  runFixture('read-store.cjs', side, directory) as Promise<Contents>

describe.each([
  { writer: 'stock', reader: 'ours' },
  { writer: 'ours', reader: 'stock' }
] as const)('a store that $writer wrote', ({ writer, reader }) => {
  let directory: string
  let seenByReader: Contents

  beforeAll(async () => {
    directory = join(temporaryDirectory(), 'store')
    await runFixture('write-store.cjs', writer, directory)
    seenByReader = await read(reader, directory)
  })

  test(`holds for ${reader} what was written`, () => {
    const { primaryKey, cores, draft, group, listed } = seenByReader
    expect(primaryKey).toBe('01'.repeat(32))
    expect(Object.keys(cores)).toHaveLength(17)
    expect(listed).toHaveLength(17)
    expect(group).toHaveLength(2)
    expect(cores['namespaced twice']!.blocks[1]).toBe('namespaced twice 1 namespaced twice 1 ')
    expect(cores['encrypted']!.blocks[0]).toBe('encrypted 0 ')
    expect(cores['json']!.blocks).toEqual([{ block: 0 }, { block: 1 }, { block: 2 }, { block: 3 }])
    expect(cores['by key']).toMatchObject({ length: 4, writable: false })
    expect(cores['by key']!.blocks.map((block) => block !== null)).toEqual([true, false, false, true])
    expect(cores['truncated and forked']).toMatchObject({ length: 4, fork: 1 })
    expect(cores['two signers']).toMatchObject({ length: 4, signers: 2 })
    expect(cores['with user data']).toMatchObject({ note: 'kept' })
    expect(draft.blocks).toHaveLength(6)
  })

  test(`is the same for ${reader} and for ${writer}`, async () => {
    expect(await read(writer, directory)).toEqual(seenByReader)
  })

  test(`can be written further by ${reader} and read again by ${writer}`, async () => {
    await runFixture('append-more.cjs', reader, directory)
    const seenByWriter = await read(writer, directory)
    for (const [label, core] of Object.entries(seenByWriter.cores)) {
      const before = seenByReader.cores[label]!
      const grew = before.writable || label === 'two signers'
      expect(core.length - before.length, label).toBe(grew ? 1 : 0)
      expect(core.blocks.slice(0, before.length), label).toEqual(before.blocks)
    }
    expect(seenByWriter.draft.length).toBe(seenByReader.draft.length + 1)
    expect(await read(reader, directory)).toEqual(seenByWriter)
  })

  test(`opens in ${reader} after ${writer} was killed while appending`, async () => {
    const directory = join(temporaryDirectory(), 'store')
    const confirmed = await killFixtureAfter(300, 'append-until-killed.cjs', writer, directory)
    const blocks = (await runFixture('resume-log.cjs', reader, directory)) as string[]
    expect(blocks.length).toBeGreaterThan(confirmed)
    expect(blocks).toEqual(blocks.map((_, i) => `block ${i}`))
    expect(await runFixture('resume-log.cjs', writer, directory)).toEqual([
      ...blocks,
      `block ${blocks.length}`
    ])
  })
})
