// How long does a store take to open whose log ends in a write that was interrupted, and for how long does it hold up
// the event loop? Files in a temporary directory (so in the page cache), one open per process.
// node bench/recovery/torn-log.mjs --mib 8,16,64 --runs 3 --what random,small,zeros,numbers,thirds,hostile
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { RandomAccessEngine } from '@manycore/kv'
import RandomAccessFile from 'random-access-file'

/** @typedef {{ type: 'put', key: Buffer, value: Buffer }} Put */

const MIB = 1024 * 1024
/**
 * What the torn record holds: values that give the search for whole records more or less to do.
 * @type {Record<string, (bytes: number) => Put[]>}
 */
const CONTENTS = {
  random: (bytes) => values(bytes, 65_536, (length) => randomBytes(length)),
  small: (bytes) => values(bytes, 100, (length) => randomBytes(length)),
  zeros: (bytes) => values(bytes, 65_536, (length) => Buffer.alloc(length)),
  /** numbers that could be the lengths and places of a header: nothing but the checksum tells that they are not */
  numbers: (bytes) => values(bytes, 65_536, (length) => Buffer.alloc(length, Buffer.from('01000000', 'hex'))),
  thirds: (bytes) => values(bytes, 65_536, (length) => Buffer.alloc(length, Buffer.from('010000', 'hex'))),
  hostile: (bytes) =>
    values(bytes, 65_536, (length) =>
      Buffer.alloc(length, Buffer.from('01000000000000000000000000000000', 'hex'))
    )
}

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    mib: { type: 'string', default: '8,16,64' },
    runs: { type: 'string', default: '3' },
    what: { type: 'string', default: Object.keys(CONTENTS).join() }
  }
})
if (positionals[0] === 'open') await open(positionals[1] ?? '')
else await main()

/**
 * @param {number} bytes
 * @param {number} length
 * @param {(length: number) => Buffer} make
 * @returns {Put[]}
 */
function values(bytes, length, make) {
  return Array.from({ length: Math.ceil(bytes / (length + 20)) }, (_, i) => {
    return {
      type: /** @type {const} */ ('put'),
      key: Buffer.from(String(i).padStart(12, '0')),
      value: make(length)
    }
  })
}

async function main() {
  console.log(
    '| torn log | MiB | open, ms | ms per torn MiB | of processor time | longest block, ms |\n| -- | -- | -- | -- | -- | -- |'
  )
  for (const what of flags.what.split(','))
    for (const mib of flags.mib.split(',').map(Number)) {
      const directory = mkdtempSync(join(tmpdir(), 'manycore-torn-'))
      const contents = CONTENTS[what]
      if (contents === undefined) throw new Error(`--what has no ${what}`)
      await tear(directory, contents(mib * MIB))
      /** @type {Record<'ms' | 'cpu' | 'block', number>[]} */
      const runs = Array.from({ length: Number(flags.runs) }, () =>
        JSON.parse(
          execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'open', directory], {
            encoding: 'utf8'
          })
        )
      )
      const ms = median(runs.map((run) => run.ms))
      const cpu = median(runs.map((run) => run.cpu))
      const block = median(runs.map((run) => run.block))
      console.log(
        `| ${what} | ${mib} | ${ms.toFixed(0)} | ${(ms / mib).toFixed(1)} | ${(cpu / mib).toFixed(1)} | ${block.toFixed(0)} |`
      )
      rmSync(directory, { recursive: true })
    }
}

/**
 * A store with one whole record, and a large one that lacks its last byte.
 * @param {string} directory
 * @param {Put[]} ops
 */
async function tear(directory, ops) {
  const engine = new RandomAccessEngine(storage(directory), { memtableBytes: 2 ** 40 })
  await engine.open()
  await engine.batch([{ type: 'put', key: Buffer.from('whole'), value: Buffer.from('1') }])
  await engine.batch(ops)
  await engine.close()
  const log = join(directory, '000001.log')
  truncateSync(log, statSync(log).size - 1)
}

/** @param {string} directory */
async function open(directory) {
  const engine = new RandomAccessEngine(storage(directory), { readOnly: true })
  let [block, last] = [0, performance.now()]
  const watch = () => {
    block = Math.max(block, performance.now() - last)
    last = performance.now()
  }
  let isWatching = true
  const tick = () => (watch(), isWatching && setImmediate(tick))
  setImmediate(tick)
  await new Promise((resolve) => setTimeout(resolve, 50))
  block = 0
  const start = performance.now()
  const before = process.cpuUsage()
  await engine.open()
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(before)
  watch()
  isWatching = false
  const [found, absent] = await engine.getMany([Buffer.from('whole'), Buffer.from('0'.repeat(12))])
  if (String(found) !== '1' || absent !== null) throw new Error('the store is not what it is to be')
  await engine.close()
  console.log(JSON.stringify({ ms, cpu: (user + system) / 1000, block }))
}

/** @param {string} directory */
function storage(directory) {
  return (/** @type {string} */ name) => new RandomAccessFile(name, { directory })
}

/** @param {number[]} numbers */
function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN
}
