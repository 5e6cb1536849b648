// What the storage takes, with nothing above it.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Bench } from 'tinybench'
import RocksDB from 'rocksdb-native'
import { start } from '../stores/work.mjs'

const RECORD = Buffer.alloc(100, 'x')

/** Cores whose records are read, 64 cores in a batch. */
export function gets(cores, records) {
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

/** Cores or blocks that are stored: records of 100 B and one of `bytes` each, so many in a batch. */
export function puts(n, records, bytes, atOnce) {
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

/** Appends to a file, one after the other, each given to the system. */
export function writes(n, bytes) {
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

/** One small commit after the other. */
export function commits(n) {
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
    const { p50, p99 } = bench.tasks[0].result.latency
    await db.close()
    return { p50Ms: p50, p99Ms: p99 }
  }
}

async function fill(db, first, items, records, bytes) {
  const large = Buffer.alloc(bytes, 'x')
  const batch = db.write({ autoDestroy: true })
  for (let j = 0; j < items * records; j++) {
    batch.tryPut(key(first * records + j), j % records === 0 ? large : RECORD)
  }
  await batch.flush()
}

function key(i) {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(i, 4)
  return bytes
}
