import { FILES_AT_ONCE } from '../defaults.mjs'
import { each } from './each.mjs'
import { fetchBlocks } from './remote.mjs'
import { openRemoteIndex } from './remote-index.mjs'
import { runRole } from '../process/role.mjs'
import { Tally } from './tally.mjs'

// Mirrors every core that the index lists, and serves them. It has keys and nothing else: it can prove every block,
// and can write none.
runRole(async (params, { report, defer }) => {
  const tally = new Tally(report)
  const { store, entries, connectMs } = await openRemoteIndex(params, tally, defer)

  const listed = entries.filter(({ removed }) => !removed)
  tally.expect(listed)
  await each(listed, FILES_AT_ONCE, mirror)
  return { ...tally.end(), connectMs }

  async function mirror(entry) {
    const core = store.get({ key: entry.key, active: false })
    await fetchBlocks(core, entry, tally)
    await core.close()
    tally.finished(entry.key)
  }
})
