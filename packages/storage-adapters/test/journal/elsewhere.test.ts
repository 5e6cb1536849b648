import b4a from 'b4a'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { MemoryEngine } from '@manycore/kv'
import { journalOf, openStorage } from '../../src/index.js'
import { appendElsewhere } from '../rocks/other-process.js'
import { temporary } from '../temporary.js'
import { names, noted } from './changes.js'

test.each(['suspended', 'closed'])(
  'stock only appends to a core of a RocksDB that is %s meanwhile: the epoch is over',
  async (how) => {
    const directory = temporary()
    const storage = openStorage(directory)
    const core = new Hypercore(storage)
    await core.append('0')
    const before = await journalOf(storage)!.checkpoint()
    if (how === 'suspended') await storage.suspend()
    else await storage.close()
    expect(await appendElsewhere(directory, core.key!)).toBe('ok')
    if (how === 'suspended') {
      // The lock tells, before the journal has to.
      await expect(storage.resume()).rejects.toMatchObject({ code: 'STORAGE_CHANGED' })
      await storage.close()
    }

    const again = openStorage(directory)
    const stored = new Hypercore(again, core.key!)
    await stored.ready()
    expect([stored.length, b4a.toString((await stored.get(1))!)]).toEqual([2, 'by stock'])
    const journal = journalOf(again)!
    expect(journal.epoch).toBe(null)
    await expect(noted(journal, before)).rejects.toMatchObject({ code: 'JOURNAL_STALE' })
    expect((await journal.checkpoint()).epoch).not.toEqual(before.epoch)
    await again.close()
  }
)

test('what another store over the same engine writes during a suspension is told, beside what is written after it', async () => {
  const engine = new Shared()
  const storage = openStorage(engine)
  const [mine, theirs] = [new Hypercore(storage), new Hypercore(storage)]
  for (const core of [mine, theirs]) await core.append('0')
  const before = await journalOf(storage)!.checkpoint()
  await storage.suspend()

  const other = openStorage(engine)
  const core = new Hypercore(other, theirs.key!)
  await core.append('1')
  await core.close()

  await storage.resume()
  await mine.append('1')
  expect(await noted(journalOf(storage)!, before)).toEqual(names(theirs, mine))
  await storage.close()
})

test('an engine that somebody else opened for writing during a suspension begins a new epoch', async () => {
  const engine = new Shared()
  const storage = openStorage(engine)
  const core = new Hypercore(storage)
  await core.append('0')
  const before = await journalOf(storage)!.checkpoint()
  await storage.suspend()
  engine.openings = { last: 'theirs', own: 'theirs' } // as RocksEngine says it after a resume
  await storage.resume()
  expect(journalOf(storage)!.epoch).toBe(null)
  await core.append('1') // in no journal
  await expect(noted(journalOf(storage)!, before)).rejects.toMatchObject({ code: 'JOURNAL_STALE' })
  expect((await journalOf(storage)!.checkpoint()).epoch).not.toEqual(before.epoch)
  await storage.close()
})

/** What several stores have open, one of them while another is suspended. */
class Shared extends MemoryEngine {
  openings = { last: '', own: '' }

  override async close(): Promise<void> {}
}
