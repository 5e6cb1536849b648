import { FILES_AT_ONCE } from '../defaults.mjs'
import { appendFile } from './append-file.mjs'
import { hashFile } from '../blocks.mjs'
import { each } from './each.mjs'
import { folders } from '../folders.mjs'
import { INDEX, newest, readIndex } from '../layout.mjs'
import { reasonOf } from '../source/left-out.mjs'
import { runRole } from '../process/role.mjs'
import { Corestore } from '../store.mjs'
import { openSwarm } from './swarm.mjs'
import { Tally } from './tally.mjs'

// Stores every file as a core, then serves the store to whoever asks for the index core.
runRole(async ({ dir, files, bootstrap }, { report, defer }) => {
  const tally = new Tally(report)
  const store = new Corestore(dir)
  defer(() => store.close())

  const index = store.get(INDEX)
  await index.ready()
  const known = newest(await readIndex(index))
  const locate = folders(store)
  const leftOut = []
  tally.found(index.length)
  tally.expect(files)

  await each(files, FILES_AT_ONCE, storeOrLeaveOut)
  await forgetRemoved()
  tally.finished(index.id, { isFile: false })
  const counts = tally.end()

  const swarm = openSwarm(store, bootstrap, defer)
  await swarm.join(index.discoveryKey, { client: false, server: true }).flushed()
  return { ...counts, key: index.id, leftOut }

  /** A file may vanish after the folder was listed. What was appended of it by then is not in the index: nobody sees it. */
  async function storeOrLeaveOut(source) {
    try {
      await storeFile(source)
    } catch (err) {
      leftOut.push({ path: source.path, reason: reasonOf(err, source.file) })
    }
  }

  async function storeFile({ path, file }) {
    const entry = known.get(path)
    if (entry && !entry.removed && entry.sha256 === (await hashFile(file))) {
      tally.found(entry.blocks)
      tally.passed(entry.size)
      tally.finished(entry.key)
      return
    }

    const { store, name } = locate(path)
    const core = store.get({ name })
    await core.ready()
    const start = entry ? entry.start + entry.blocks : 0
    const stored = await appendFile(core, file, start, tally).finally(() => core.close())

    await append({ path, key: core.id, ...stored })
    tally.finished(core.id)
  }

  async function forgetRemoved() {
    const paths = new Set(files.map(({ path }) => path))
    for (const { path } of leftOut) paths.delete(path)
    for (const entry of known.values()) {
      if (!entry.removed && !paths.has(entry.path)) await append({ ...entry, removed: true })
    }
  }

  async function append(entry) {
    await index.append(entry)
    tally.moved(1, Buffer.byteLength(JSON.stringify(entry)))
  }
})
