import createTestnet from 'hyperdht/testnet.js'
import { join } from 'node:path'
import { check } from './check.mjs'
import { Crew } from './process/crew.mjs'
import { DHT_NODES } from './defaults.mjs'

/**
 * Passes a folder on: writer → relay → reader, then compares what the reader got with the source.
 * @param source  as of findSource()
 * @param opts    isPublic; signal: AbortSignal; view: as of createView()
 * @returns       { key, files, bytes, leftOut, steps }; leftOut is of scan(), and what vanished since; a step is
 *                { step, pid, cores, blocks, bytes, alreadyThere, seconds }
 * @throws        what failed, after every process has ended
 */
export async function run(source, { isPublic, signal, view }) {
  const { data } = source
  const crew = new Crew(signal, view.role)
  const testnet = isPublic ? null : await createTestnet(DHT_NODES)
  const bootstrap = testnet && testnet.bootstrap
  view.dht(testnet)

  const steps = []
  try {
    signal.throwIfAborted()
    const writer = await perform('store', 'writer', { files: source.files })
    const { key } = writer.result
    const { files, bytes, leftOut } = without(source, writer.result.leftOut)
    const relay = await perform('mirror', 'relay', { key })
    await crew.wait(writer.leave())

    const reader = await perform('read', 'reader', { key })
    await crew.wait(reader.leave())
    await crew.wait(relay.leave())

    const seconds = await check(files, reader.result.hashes, view.bar('check'))
    steps.push({ step: 'check', pid: process.pid, files: files.length, bytes, seconds })
    return { key, files: files.length, bytes, leftOut, steps }
  } finally {
    view.end()
    await crew.dismiss()
    await testnet?.destroy()
  }

  async function perform(step, role, params) {
    const member = crew.start(role, { dir: join(data, role), bootstrap, ...params }, (counts) =>
      bar.update(counts)
    )
    view.role(role, `is process ${member.pid}`)
    const bar = view.bar(step)
    const { key, hashes, leftOut, ...counts } = await crew.wait(member.done)
    bar.stop()
    steps.push({ step, pid: member.pid, ...counts })
    return { pid: member.pid, leave: member.leave, result: { key, hashes, leftOut } }
  }
}

/** The source, less what the writer could not read. */
function without(source, vanished) {
  const paths = new Set(vanished.map(({ path }) => path))
  const files = source.files.filter(({ path }) => !paths.has(path))
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  return { files, bytes, leftOut: [...source.leftOut, ...vanished] }
}
