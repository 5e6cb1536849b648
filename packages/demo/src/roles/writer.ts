import { createHash } from 'node:crypto'
import { Corestore, type Hypercore } from '@manycore/corestore'
import { APPEND_BLOCKS, FILES_AT_ONCE } from '../defaults.js'
import { type Entry, folders, hashFile, INDEX, newest, readBlocks, readIndex } from '../layout.js'
import { runRole } from '../process/role.js'
import { type LeftOut, reasonOf, type SourceFile } from '../source/scan.js'
import { each } from './each.js'
import { openSwarm } from './swarm.js'
import { Tally } from './tally.js'

// Stores every file as a core, then serves the store to whoever asks for the index core.
runRole<'writer'>(async ({ dir, files, bootstrap }, { report, defer }) => {
  const tally = new Tally(report)
  const store = new Corestore(dir)
  defer(() => store.close())

  const index = store.get<Entry>(INDEX)
  await index.ready()
  const key = idOf(index)
  const known = newest(await readIndex(index))
  const locate = folders(store)
  const leftOut: LeftOut[] = []
  tally.found(index.length)
  tally.expect(files)

  await each(files, FILES_AT_ONCE, storeOrLeaveOut)
  await forgetRemoved()
  tally.finished(key, { isFile: false })
  const counts = tally.end()

  const swarm = openSwarm(store, bootstrap, defer)
  await swarm.join(index.discoveryKey as Uint8Array, { client: false, server: true }).flushed()
  return { ...counts, key, leftOut }

  /** A file may vanish after the folder was listed. What was appended of it by then is not in the index: nobody sees it. */
  async function storeOrLeaveOut(source: SourceFile): Promise<void> {
    try {
      await storeFile(source)
    } catch (err) {
      leftOut.push({ path: source.path, reason: reasonOf(err, source.file) })
    }
  }

  async function storeFile({ path, file }: SourceFile): Promise<void> {
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

    await append({ path, key: idOf(core), ...stored })
    tally.finished(idOf(core))
  }

  async function forgetRemoved(): Promise<void> {
    const paths = new Set(files.map(({ path }) => path))
    for (const { path } of leftOut) paths.delete(path)
    for (const entry of known.values()) {
      if (!entry.removed && !paths.has(entry.path)) await append({ ...entry, removed: true })
    }
  }

  async function append(entry: Entry): Promise<void> {
    await index.append(entry)
    tally.moved(1, Buffer.byteLength(JSON.stringify(entry)))
  }
})

/**
 * Appends a file to its core.
 * @param core   writable
 * @param file   where the bytes are
 * @param start  length up to which the index knows the core. Blocks after it are of a run that was interrupted between
 *               appending them and writing the index: nobody has seen them, and they are dropped
 */
async function appendFile(
  core: Hypercore,
  file: string,
  start: number,
  tally: Tally
): Promise<Pick<Entry, 'start' | 'blocks' | 'size' | 'sha256'>> {
  if (core.length > start) await core.truncate(start)

  const hash = createHash('sha256')
  let batch: Buffer[] = []
  let size = 0
  for await (const block of readBlocks(file)) {
    hash.update(block)
    if (batch.push(block) === APPEND_BLOCKS) await flush()
  }
  await flush()

  return { start, blocks: core.length - start, size, sha256: hash.digest('hex') }

  async function flush(): Promise<void> {
    if (batch.length === 0) return
    const bytes = batch.reduce((sum, block) => sum + block.byteLength, 0)
    await core.append(batch)
    size += bytes
    tally.moved(batch.length, bytes)
    tally.passed(bytes)
    batch = []
  }
}

/** z-base-32 of the key of a core that is ready. */
function idOf(core: Hypercore<unknown>): string {
  return core.id as string
}
