import createTestnet from 'hyperdht/testnet.js'
import { join } from 'node:path'
import { check } from './check.mjs'
import { Crew } from './crew.mjs'
import { DHT_NODES } from './defaults.mjs'

/**
 * Passes a folder on: writer → relay → reader, then compares what the reader got with the source.
 * @param source  as of findSource()
 * @param opts    isPublic; signal: AbortSignal; view: as of createView()
 * @returns       { key, files, bytes, steps }; a step is { step, pid, cores, blocks, bytes, alreadyThere, seconds }
 * @throws        what failed, after every process has ended
 */
export async function run(source, { isPublic, signal, view }) {
  const { files, data } = source
  const crew = new Crew(signal, view.role)
  const testnet = isPublic ? null : await createTestnet(DHT_NODES)
  const bootstrap = testnet && testnet.bootstrap
  view.dht(testnet)

  const steps = []
  try {
    signal.throwIfAborted()
    const writer = await perform('store', 'writer', { files })
    const { key } = writer.result
    const relay = await perform('mirror', 'relay', { key })
    await crew.wait(writer.leave())

    const reader = await perform('read', 'reader', { key })
    await crew.wait(reader.leave())
    await crew.wait(relay.leave())

    const seconds = await check(files, reader.result.hashes, view.bar('check'))
    steps.push({ step: 'check', pid: process.pid, files: files.length, bytes: source.bytes, seconds })
    return { key, files: files.length, bytes: source.bytes, steps }
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
    const { key, hashes, ...counts } = await crew.wait(member.done)
    bar.stop()
    steps.push({ step, pid: member.pid, ...counts })
    return { pid: member.pid, leave: member.leave, result: { key, hashes } }
  }
}
