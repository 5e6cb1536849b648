import { FILES_AT_ONCE } from '../defaults.js'
import type { Entry } from '../layout.js'
import { runRole } from '../process/role.js'
import { each } from './each.js'
import { fetchBlocks, openRemote } from './remote.js'
import { Tally } from './tally.js'

// Mirrors every core that the index lists, and serves them. It has keys and nothing else: it can prove every block,
// and can write none.
runRole<'relay'>(async (params, { report, defer }) => {
  const tally = new Tally(report)
  const { store, entries, connectMs } = await openRemote(params, tally, defer)

  const listed = entries.filter(({ removed }) => !removed)
  tally.expect(listed)
  await each(listed, FILES_AT_ONCE, mirror)
  return { ...tally.end(), connectMs }

  async function mirror(entry: Entry): Promise<void> {
    const core = store.get({ key: entry.key, active: false })
    await fetchBlocks(core, entry, tally)
    await core.close()
    tally.finished(entry.key)
  }
})
