import { createHash } from 'node:crypto'
import type { Hypercore } from '@manycore/corestore'
import { FILES_AT_ONCE } from '../defaults.js'
import { type Entry, newest } from '../layout.js'
import type { Hash } from '../process/messages.js'
import { runRole } from '../process/role.js'
import { each } from './each.js'
import { fetchBlocks, openRemote } from './remote.js'
import { Tally } from './tally.js'

// Gets every file that the index lists now, and hashes the bytes that arrived.
runRole<'reader'>(async (params, { report, defer }) => {
  const tally = new Tally(report)
  const { store, entries, connectMs } = await openRemote(params, tally, defer)

  const files = [...newest(entries).values()].filter(({ removed }) => !removed)
  const hashes: Hash[] = []
  tally.expect(files)
  await each(files, FILES_AT_ONCE, readFile)
  return { ...tally.end(), connectMs, hashes }

  async function readFile(entry: Entry): Promise<void> {
    const core = store.get({ key: entry.key, active: false })
    await fetchBlocks(core, entry, tally)
    const sha256 = await hashBlocks(core, entry)
    await core.close()

    if (sha256 !== entry.sha256)
      throw new Error(`${entry.path}: SHA-256 is ${sha256}, the index says ${entry.sha256}`)
    hashes.push([entry.path, sha256])
    tally.finished(entry.key)
  }
})

async function hashBlocks(core: Hypercore, { start, blocks }: Entry): Promise<string> {
  const hash = createHash('sha256')
  for (let i = start; i < start + blocks; i++) hash.update((await core.get(i)) as Uint8Array)
  return hash.digest('hex')
}
