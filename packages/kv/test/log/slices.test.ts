import { expect, test } from 'vitest'
import { type RandomAccess, RandomAccessEngine } from '../../src/index.js'
import { LOG_SLICE_BYTES } from '../../src/defaults.js'
import { contents } from '../stores/recorded.js'
import { Shelf } from '../stores/shelf.js'

const MIB = 1024 * 1024
const LOG = '000001.log'

/** A log with small records, one of 3 MiB, and one of 2 MiB that lacks its end. */
async function tornLog(): Promise<{ shelf: Shelf; whole: string }> {
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open, { memtableBytes: 100 * MIB })
  await engine.open()
  const put = (key: string, bytes: number): Promise<void> =>
    engine.batch([{ type: 'put', key: Buffer.from(key), value: Buffer.alloc(bytes, key) }])
  for (let i = 0; i < 100; i++) await put(`small ${i}`, 7000)
  await put('large', 3 * MIB)
  await put('after it', 10)
  const whole = await contents(engine)
  await put('torn', 2 * MIB)
  await engine.close()
  shelf.files.set(LOG, shelf.files.get(LOG)!.subarray(0, -1))
  return { shelf, whole }
}

/** Tells of every read of a file. */
function watched(file: RandomAccess, onRead: (bytes: number) => void): RandomAccess {
  const { read } = file
  file.read = (offset, size, callback) => {
    onRead(size)
    read.call(file, offset, size, callback)
  }
  return file
}

test('a log is read and searched in slices, and the event loop has a turn between two', async () => {
  const { shelf, whole } = await tornLog()
  let turns = 0
  let isOpening = true
  const tick = (): void => {
    turns++
    if (isOpening) setImmediate(tick)
  }
  const readsAt: number[] = []
  const storage = (name: string): RandomAccess =>
    watched(shelf.open(name), (bytes) => {
      expect(bytes, name).toBeLessThanOrEqual(LOG_SLICE_BYTES)
      if (name === LOG) readsAt.push(turns)
    })
  const engine = new RandomAccessEngine(storage, { readOnly: true })
  setImmediate(tick)
  await engine.open()
  isOpening = false
  expect(await contents(engine)).toBe(whole)
  await engine.close()

  // The first two are the frame and what follows it, in one turn.
  expect(readsAt.length).toBeGreaterThan((5 * MIB) / LOG_SLICE_BYTES)
  expect(new Set(readsAt).size).toBeGreaterThanOrEqual(readsAt.length - 5)
})

test('a header that begins in one slice and ends in the next is found', async () => {
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open, { durability: 'power', sync: shelf.sync })
  await engine.open()
  const put = (key: string, bytes: number): Promise<void> =>
    engine.batch([{ type: 'put', key: Buffer.from(key), value: Buffer.alloc(bytes) }])
  await put('a', 10)
  const start = shelf.files.get(LOG)!.length
  await engine.close()
  // The search begins one byte behind the damaged record's start: the next header is put around the first slice's end.
  for (let shift = 0; shift <= 21; shift++) {
    const damaged = new Shelf(shelf.files)
    const writer = new RandomAccessEngine(damaged.open, { durability: 'power', sync: damaged.sync })
    await writer.open()
    const value = LOG_SLICE_BYTES + 1 - shift - (damaged.files.get(LOG)!.length - start) - 20 - 6
    const write = (key: string, bytes: number): Promise<void> =>
      writer.batch([{ type: 'put', key: Buffer.from(key), value: Buffer.alloc(bytes) }])
    await write('b', value)
    const next = damaged.files.get(LOG)!.length
    expect(Math.abs(next - start - LOG_SLICE_BYTES - 1 + shift)).toBeLessThan(4)
    await write('c', 10)
    await writer.close()
    const log = damaged.files.get(LOG)!
    log[start + 100]! ^= 1
    const opening = new RandomAccessEngine(damaged.open).open()
    await expect(opening, `${shift}`).rejects.toMatchObject({ code: 'ENGINE_CORRUPT', offset: start })
  }
})
