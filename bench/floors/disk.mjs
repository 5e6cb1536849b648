// What the storage takes, with nothing above it.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Bench } from 'tinybench'
import RocksDB from 'rocksdb-native'
import { latencyOf } from '../stores/append-latency.mjs'
import { start } from '../stores/work.mjs'

/** @typedef {{ scale: number, directory: string }} Context */

const RECORD = Buffer.alloc(100, 'x')

/**
 * Cores whose records are read, 64 cores in a batch.
 * @param {number} cores
 * @param {number} records
 */
export function gets(cores, records) {
  /** @param {Context} context */
  return async ({ scale, directory }) => {
    const n = Math.ceil((cores * scale) / 64) * 64
    const db = new RocksDB(directory)
    await db.ready()
    for (let i = 0; i < n; i += 64) await fill(db, i, 64, records, 100)
    const stop = start()
    for (let i = 0; i < n; i += 64) {
      const batch = db.read({ autoDestroy: true })
      const values = Array.from({ length: 64 * records }, (_, j) => batch.get(key(i * records + j)))
      batch.tryFlush()
      await Promise.all(values)
    }
    const figures = stop()
    await db.close()
    return figures
  }
}

/**
 * Cores or blocks that are stored: records of 100 B and one of `bytes` each, so many in a batch.
 * @param {number} n
 * @param {number} records
 * @param {number} bytes
 * @param {number} atOnce
 */
export function puts(n, records, bytes, atOnce) {
  /** @param {Context} context */
  return async ({ scale, directory }) => {
    const db = new RocksDB(directory)
    await db.ready()
    const stop = start()
    for (let i = 0; i < n * scale; i += atOnce) await fill(db, i, atOnce, Math.ceil(records), bytes)
    const figures = stop()
    await db.close()
    return figures
  }
}

/**
 * Appends to a file, one after the other, each given to the system.
 * @param {number} n
 * @param {number} bytes
 */
export function writes(n, bytes) {
  /** @param {Context} context */
  return async ({ scale, directory }) => {
    const file = await open(join(directory, 'log'), 'a')
    const record = Buffer.alloc(Math.ceil(bytes), 'x')
    const stop = start()
    for (let i = 0; i < n * scale; i++) await file.write(record)
    const figures = stop()
    await file.close()
    return figures
  }
}

/**
 * One small commit after the other.
 * @param {number} n
 */
export function commits(n) {
  /** @param {Context} context */
  return async ({ scale, directory }) => {
    const db = new RocksDB(directory)
    await db.ready()
    let i = 0
    const bench = new Bench({
      time: 0,
      iterations: Math.ceil(n * scale),
      warmupTime: 0,
      warmupIterations: 10
    })
    bench.add('commit', () => fill(db, i++, 1, 5, 4096))
    await bench.run()
    const { p50, p99 } = latencyOf(bench)
    await db.close()
    return { p50Ms: p50, p99Ms: p99 }
  }
}

/**
 * @param {RocksDB} db
 * @param {number} first
 * @param {number} items
 * @param {number} records
 * @param {number} bytes
 */
async function fill(db, first, items, records, bytes) {
  const large = Buffer.alloc(bytes, 'x')
  const batch = db.write({ autoDestroy: true })
  for (let j = 0; j < items * records; j++) {
    batch.tryPut(key(first * records + j), j % records === 0 ? large : RECORD)
  }
  await batch.flush()
}

/** @param {number} i */
function key(i) {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(i, 4)
  return bytes
}
