import { createHash } from 'node:crypto'
import { FILES_AT_ONCE } from '../defaults.mjs'
import { each } from './each.mjs'
import { fetchBlocks } from './remote.mjs'
import { newest } from '../layout.mjs'
import { openRemoteIndex } from './remote-index.mjs'
import { runRole } from '../process/role.mjs'
import { Tally } from './tally.mjs'

// Gets every file that the index lists now, and hashes the bytes that arrived.
runRole(async (params, { report, defer }) => {
  const tally = new Tally(report)
  const { store, entries, connectMs } = await openRemoteIndex(params, tally, defer)

  const files = [...newest(entries).values()].filter(({ removed }) => !removed)
  const hashes = []
  tally.expect(files)
  await each(files, FILES_AT_ONCE, readFile)
  return { ...tally.end(), connectMs, hashes }

  async function readFile(entry) {
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

async function hashBlocks(core, { start, blocks }) {
  const hash = createHash('sha256')
  for (let i = start; i < start + blocks; i++) hash.update(await core.get(i))
  return hash.digest('hex')
}
