// What does it cost to find where two sets differ, and to keep an index of one? Ids of 16 bytes, versions of 8.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Index, Reconciler } from '@manycore/reconcile'

/** @typedef {import('../measure/table.mjs').Figures} Figures */

/** @typedef {{ contender: (directory: string, name: string) => import('@manycore/kv').Engine | null, scale: number, directory: string }} Context */

/** @typedef {(context: Context) => Promise<Figures>} Measure */

const STAMP = new Uint8Array(0)
const CACHE_BYTES = 256 * 1024 * 1024

/** @type {Record<string, { skip?: string[], measure: Measure }>} */
export const WORKLOADS = {
  'compare 1,000,000 items, none differ': { measure: comparing(1_000_000, 0) },
  'compare 1,000,000 items, 10 differ': { measure: comparing(1_000_000, 10) },
  'compare 1,000,000 items, 1,000 differ': { measure: comparing(1_000_000, 1000) },
  'compare 10,000 items, 10 differ': { measure: comparing(10_000, 10) },
  'open 1,000,000 items and compare, 10 differ': { skip: ['memory'], measure: openAndCompare },
  'update one of 1,000,000 items': { measure: update },
  'rebuild an index of 1,000,000 items': { measure: rebuild }
}

/** @param {number} size @param {number} changes @returns {Measure} */
function comparing(size, changes) {
  return async ({ contender, scale, directory }) => {
    const n = size * scale
    const pair = await twoIndexes(contender, directory, n, Math.min(changes, n))
    for (const index of pair) for await (const _ of index.iterator()); // everything is in memory
    return compare(pair)
  }
}

/** @type {Measure} */
async function openAndCompare({ contender, scale, directory }) {
  const written = await twoIndexes(contender, directory, 1_000_000 * scale, 10)
  for (const index of written) await index.close()
  const before = performance.now()
  const pair = await Promise.all(['a', 'b'].map((name) => openIndex(contender, directory, name)))
  const openMs = performance.now() - before
  return { openMs, ...(await compare(pair)) }
}

/** @type {Measure} */
async function update({ contender, scale, directory }) {
  const n = 1_000_000 * scale
  const index = await filled(contender, directory, 'a', n)
  for await (const _ of index.iterator());
  const updates = Math.max(1, n / 10)
  const before = performance.now()
  for (let i = 0; i < updates; i++) await index.update(idOf((i * 7919) % n), versionOf(1))
  const microseconds = ((performance.now() - before) * 1000) / updates
  const flushed = performance.now()
  await index.flush({ stamp: STAMP })
  return { microseconds, flushMs: performance.now() - flushed }
}

/** @type {Measure} */
async function rebuild({ contender, scale, directory }) {
  const n = 1_000_000 * scale
  const index = await openIndex(contender, directory, 'a')
  const ids = new Uint8Array(16 * n)
  for (let i = 0; i < n; i++) ids.set(idOf(i), 16 * i)
  const version = versionOf(0)
  const items = function* () {
    for (let at = 0; at < ids.byteLength; at += 16) yield { id: ids.subarray(at, at + 16), version }
  }
  const before = performance.now()
  await index.rebuild(items(), { stamp: STAMP })
  const ms = performance.now() - before
  for await (const _ of index.iterator());
  const bytes = sizeOf(join(directory, 'a')) / n
  return { ms, bytesInMemory: index.memoryBytes / n, ...(bytes > 0 ? { bytesOnDisk: bytes } : {}) }
}

/** @param {[Index, Index] | Index[]} pair @returns {Promise<Figures>} */
async function compare(pair) {
  const sides = pair.map((index) => new Reconciler(index))
  const [cpu, before] = [process.cpuUsage(), performance.now()]
  let [bytes, messages, found] = [0, 0, 0]
  /** @type {Uint8Array | null | undefined} */
  let frame = await sides[0]?.initiate()
  for (let turn = 1; frame; turn = 1 - turn) {
    bytes += frame.byteLength
    messages++
    /** @type {import('@manycore/reconcile').Received | undefined} */
    const received = await sides[turn]?.receive(frame)
    found += received?.differences.length ?? 0
    frame = received?.reply
  }
  const { user, system } = process.cpuUsage(cpu)
  return { bytes, messages, ms: performance.now() - before, cpuMs: (user + system) / 1000, found: found / 2 }
}

/** @param {Context['contender']} contender @param {string} directory @param {number} n @param {number} changes */
async function twoIndexes(contender, directory, n, changes) {
  const pair = [await filled(contender, directory, 'a', n), await filled(contender, directory, 'b', n)]
  for (let i = 0; i < changes; i++)
    await pair[i % 2]?.update(idOf(Math.floor((i * n) / changes)), versionOf(1))
  for (const index of pair) await index.flush({ stamp: STAMP })
  return pair
}

/** @param {Context['contender']} contender @param {string} directory @param {string} name @param {number} n */
async function filled(contender, directory, name, n) {
  const index = await openIndex(contender, directory, name)
  const items = function* () {
    for (let i = 0; i < n; i++) yield { id: idOf(i), version: versionOf(0) }
  }
  await index.rebuild(items(), { stamp: STAMP })
  return index
}

/** @type {Map<string, import('@manycore/kv').Engine | null>} */
const engines = new Map()

/** An index on the engine of a name, which is opened once. @param {Context['contender']} contender @param {string} directory @param {string} name */
async function openIndex(contender, directory, name) {
  if (!engines.has(name)) {
    const engine = contender(directory, name)
    await engine?.open()
    engines.set(name, engine)
  }
  const index = new Index({ engine: engines.get(name) ?? null, cacheBytes: CACHE_BYTES })
  await index.ready()
  return index
}

/** @param {number} i */
function idOf(i) {
  return createHash('sha1').update(String(i)).digest().subarray(0, 16)
}

/** @param {number} version */
function versionOf(version) {
  return new Uint8Array(8).fill(version)
}

/** @param {string} directory @returns {number} */
function sizeOf(directory) {
  if (!existsSync(directory)) return 0 // it is in memory
  return readdirSync(directory).reduce((bytes, name) => bytes + statSync(join(directory, name)).size, 0)
}
