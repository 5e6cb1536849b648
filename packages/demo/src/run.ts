import { join } from 'node:path'
import createTestnet from 'hyperdht/testnet.js'
import { DHT_NODES } from './defaults.js'
import { DemoError } from './errors.js'
import { bytesOf, hashFile } from './layout.js'
import { Crew, type Member } from './process/crew.js'
import type { Connected, Hash, RoleName, Roles, Totals } from './process/messages.js'
import type { Source } from './source/find.js'
import type { LeftOut, SourceFile } from './source/scan.js'
import type { Bar, View } from './view.js'

export interface RunOptions {
  isPublic: boolean
  /** its abort ends the run */
  signal: AbortSignal
  view: View
}

/** What one step did, and in which process; `check` has no cores, and only the relay and the reader connect. */
export interface Step extends Partial<Totals>, Partial<Connected> {
  step: string
  pid: number | undefined
  bytes: number
  seconds: number
}

export interface Result {
  /** z-base-32 of the index core's key */
  key: string
  /** how many files arrived, and their bytes */
  files: number
  bytes: number
  /** what the scan left out, and what vanished since */
  leftOut: LeftOut[]
  steps: Step[]
}

/**
 * Passes a folder on: writer → relay → reader, then compares what the reader got with the source.
 * @throws what failed, after every process has ended
 */
export async function run(source: Source, { isPublic, signal, view }: RunOptions): Promise<Result> {
  const crew = new Crew(signal, (name, how) => view.role(name, how))
  const testnet = isPublic ? null : await createTestnet(DHT_NODES)
  const common = { bootstrap: testnet && testnet.bootstrap }
  view.dht(testnet && testnet.nodes.length)

  const steps: Step[] = []
  try {
    signal.throwIfAborted()
    const writer = await perform('store', 'writer', { ...common, dir: dirOf('writer'), files: source.files })
    const { key, leftOut: vanished } = writer.result
    const { files, bytes, leftOut } = without(source, vanished)
    const relay = await perform('mirror', 'relay', { ...common, dir: dirOf('relay'), key })
    await crew.wait(writer.member.leave())

    const reader = await perform('read', 'reader', { ...common, dir: dirOf('reader'), key })
    await crew.wait(reader.member.leave())
    await crew.wait(relay.member.leave())

    const seconds = await check(files, reader.result.hashes, view.bar('check'))
    steps.push({ step: 'check', pid: process.pid, files: files.length, bytes, seconds })
    return { key, files: files.length, bytes, leftOut, steps }
  } finally {
    view.end()
    await crew.dismiss()
    await testnet?.destroy()
  }

  function dirOf(role: RoleName): string {
    return join(source.data, role)
  }

  async function perform<R extends RoleName>(
    step: string,
    role: R,
    params: Roles[R]['params']
  ): Promise<{ member: Member<R>; result: Roles[R]['result'] }> {
    const member = crew.start(role, params, (counts) => bar.update(counts))
    view.role(role, `is process ${member.pid}`)
    const bar = view.bar(step)
    const result = await crew.wait(member.done)
    bar.stop()
    const { cores, blocks, bytes, alreadyThere, files, seconds } = result
    const connectMs = 'connectMs' in result ? result.connectMs : undefined
    steps.push({ step, pid: member.pid, cores, blocks, bytes, alreadyThere, files, connectMs, seconds })
    return { member, result }
  }
}

/** The source, less what the writer could not read. */
function without(source: Source, vanished: LeftOut[]): Pick<Source, 'files' | 'bytes' | 'leftOut'> {
  const paths = new Set(vanished.map(({ path }) => path))
  const files = source.files.filter(({ path }) => !paths.has(path))
  return { files, bytes: bytesOf(files), leftOut: [...source.leftOut, ...vanished] }
}

/** How many differing files an error lists by name. */
const LISTED = 10

/**
 * Compares what the reader got with the source, which is read again here.
 * @param files   of the source
 * @param hashes  of the reader
 * @returns       seconds
 * @throws        DemoError that names the files that differ, are missing, or were never in the source
 */
async function check(files: SourceFile[], hashes: Hash[], bar: Bar): Promise<number> {
  const start = performance.now()
  const got = new Map(hashes)
  const totals = { totalFiles: files.length, totalBytes: bytesOf(files) }
  const problems: string[] = []
  let fileBytes = 0

  for (const [i, { path, file, size }] of files.entries()) {
    const sha256 = got.get(path)
    if (sha256 === undefined) problems.push(`${path}: did not arrive`)
    else if (sha256 !== (await hashNow(file))) problems.push(`${path}: differs, or was changed meanwhile`)
    got.delete(path)
    fileBytes += size
    bar.update({ files: i + 1, fileBytes, ...totals })
  }
  for (const path of got.keys()) problems.push(`${path}: arrived, but the source has no such file`)
  bar.stop()

  if (problems.length > 0) throw new DemoError(describe(problems))
  return (performance.now() - start) / 1000
}

/** A file that cannot be read any more has no hash. */
function hashNow(file: string): Promise<string | null> {
  return hashFile(file).catch(() => null)
}

function describe(problems: string[]): string {
  const more = problems.length > LISTED ? [`and ${problems.length - LISTED} more`] : []
  const title =
    problems.length === 1 ? '1 file is not verified:' : `${problems.length} files are not verified:`
  return [title, ...problems.slice(0, LISTED), ...more].join('\n  ')
}
