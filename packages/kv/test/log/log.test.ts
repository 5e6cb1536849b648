import { crc32 } from 'crc-universal'
import { expect, test } from 'vitest'
import { type EngineError, type Op, RandomAccessEngine } from '../../src/index.js'
import { contents } from '../stores/recorded.js'
import { Shelf } from '../stores/shelf.js'

const LOG = '000001.log'

function put(key: string, value: Uint8Array | string): Op {
  return { type: 'put', key: Buffer.from(key), value: Buffer.from(value) }
}

async function open(shelf: Shelf): Promise<RandomAccessEngine> {
  const engine = new RandomAccessEngine(shelf.open)
  await engine.open()
  return engine
}

/** What an engine finds that opens the files as they are. */
async function reopened(shelf: Shelf): Promise<string> {
  const engine = await open(new Shelf(shelf.files))
  const found = await contents(engine)
  await engine.close()
  return found
}

test('an append of Hypercore takes at most 450 bytes of log', async () => {
  const shelf = new Shelf()
  const engine = await open(shelf)
  const page = Buffer.alloc(4096)
  // Key and value lengths as Hypercore 11.37.1 writes them for a block of 100 bytes.
  const append = async (i: number): Promise<void> => {
    page[i >> 3]! |= 1 << (i & 7)
    const random = (length: number): Buffer =>
      Buffer.from(Array.from({ length }, (_, j) => (i * 31 + j * 7) & 255))
    const index = String(i).padStart(4, '0')
    const node = (n: number): Op => put(`${n}n${index}`, random(36))
    const written = [node(1), node(2), put('hed', random(114)), put('bits0', Buffer.from(page))]
    await engine.batch([...written, put('hnt', random(4)), put(`b ${index}`, random(100))])
    await engine.batch([put('hnt', random(4))])
  }
  for (let i = 0; i < 100; i++) await append(i)
  const before = shelf.files.get(LOG)!.length
  for (let i = 100; i < 1100; i++) await append(i)
  expect((shelf.files.get(LOG)!.length - before) / 1000).toBeLessThan(450)
  expect(await reopened(shelf)).toBe(await contents(engine))
  await engine.close()
})

test('changes of a value are stored, whatever happened to the key before', async () => {
  const shelf = new Shelf()
  const engine = await open(shelf)
  const page = (byte: number, length = 4096): Buffer => Buffer.alloc(length).fill(byte, 100, 110)
  const range: Op = { type: 'delRange', start: Buffer.from('a'), end: Buffer.from('z') }
  const del: Op = { type: 'del', key: Buffer.from('page') }
  const batches: Op[][] = [
    [put('page', page(1))],
    [put('page', page(2)), put('page', page(3))],
    [put('page', page(3))],
    [put('page', 'short'), put('page', page(4))],
    [del, put('page', page(5))],
    [put('page', page(6)), range, put('page', page(7)), put('page', page(8))],
    [range],
    [put('page', page(9))],
    [put('page', page(9, 4095))],
    [put('page', page(10, 4095)), put('other', page(10))]
  ]
  for (const ops of batches) {
    await engine.batch(ops)
    expect(await reopened(shelf)).toBe(await contents(engine))
  }
  // The same at once: they are joined into one record.
  await Promise.all(batches.map((ops) => engine.batch(ops)))
  expect(await reopened(shelf)).toBe(await contents(engine))
  await engine.close()
})

test('batches that come during a write go down as one record, and one sync', async () => {
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open, { durability: 'power', sync: shelf.sync })
  await engine.open()
  const [writes, syncs] = [shelf.writes, shelf.syncs]
  await Promise.all(Array.from({ length: 100 }, (_, i) => engine.batch([put(`key ${i}`, 'value')])))
  expect([shelf.writes - writes, shelf.syncs - syncs]).toEqual([2, 2])
  await engine.close()
})

/** A log of ten records. @param isFlushed  a flush() before the last one, or after it */
async function tenRecords(
  durability: 'power' | 'process',
  isFlushed: (batches: number) => boolean = () => false
): Promise<{ shelf: Shelf; ends: number[]; states: string[] }> {
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open, { durability, sync: shelf.sync })
  await engine.open()
  const ends: number[] = []
  const states: string[] = []
  for (let i = 0; i < 10; i++) {
    await engine.batch([put(`key ${i}`, 'x'.repeat(50))])
    ends.push(shelf.files.get(LOG)!.length)
    states.push(await contents(engine))
    if (isFlushed(i + 1)) await engine.flush()
  }
  await engine.close()
  return { shelf, ends, states }
}

/** What the store opens to with one byte of the fifth record damaged, each in turn. */
async function* withDamage(shelf: Shelf, ends: readonly number[]): AsyncGenerator<string | EngineError> {
  for (let offset = ends[3]!; offset < ends[4]!; offset++) {
    const log = Buffer.from(shelf.files.get(LOG)!)
    log[offset]! ^= 255
    yield reopened(new Shelf(new Map(shelf.files).set(LOG, log))).catch((err: EngineError) => err)
  }
}

for (const [how, written] of Object.entries({
  "with 'power'": () => tenRecords('power'),
  'by a flush() before the last batch': () => tenRecords('process', (batches) => batches === 9),
  'by a flush() after all': () => tenRecords('process', (batches) => batches === 10)
}))
  test(`a damaged record that was synced, ${how}, is ENGINE_CORRUPT, and says where`, async () => {
    const { shelf, ends } = await written()
    for await (const err of withDamage(shelf, ends))
      expect(err).toMatchObject({ code: 'ENGINE_CORRUPT', file: LOG, offset: ends[3] })
  })

test('a damaged record that was never synced ends the log: a loss of power may have taken it', async () => {
  for (const isFlushed of [() => false, (batches: number) => batches === 4]) {
    const { shelf, ends, states } = await tenRecords('process', isFlushed)
    for await (const found of withDamage(shelf, ends)) expect(found).toBe(states[3])
  }
})

test('a record behind one that was lost is never taken for what follows a new one of the same length', async () => {
  for (const where of ['many files', 'one file'] as const) {
    const shelf = new Shelf()
    const open = async (): Promise<RandomAccessEngine> => {
      const engine = new RandomAccessEngine(where === 'one file' ? shelf.open('one') : shelf.open)
      await engine.open()
      return engine
    }
    let engine = await open()
    await engine.batch([put('a', '1')])
    const name = where === 'one file' ? 'one' : LOG
    const before = Buffer.from(shelf.files.get(name)!)
    await engine.batch([put('b', 'lost')])
    const lost = before.findIndex((byte, i) => byte !== shelf.files.get(name)![i])
    await engine.batch([put('c', 'behind it')])
    await engine.close()
    const at = lost === -1 ? before.length : lost
    shelf.files.get(name)![at]! ^= 255

    engine = await open()
    await engine.batch([put('b', 'anew')])
    const after = await contents(engine)
    await engine.close()
    engine = await open()
    expect(await contents(engine), where).toBe(after)
    await engine.close()
  }
})

test('flush() writes down what is synced once, and not where nothing was written since', async () => {
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open, { sync: shelf.sync })
  await engine.open()
  const { writes } = shelf
  await engine.flush()
  expect(shelf.writes).toBe(writes)
  await engine.batch([put('a', '1')])
  for (let i = 0; i < 3; i++) await engine.flush()
  expect(shelf.writes).toBe(writes + 2)
  await engine.close()
})

test('a flush() for which there is no space left is one all the same', async () => {
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open, { sync: shelf.sync })
  await engine.open()
  await engine.batch([put('a', '1')])
  shelf.space = 10
  await Promise.all([engine.flush(), engine.batch([])])
  shelf.space = Infinity
  await engine.batch([put('b', '1')])
  const all = await contents(engine)
  await engine.close()
  expect(await reopened(shelf)).toBe(all)
})

test('a record is one only at its place in its log', async () => {
  const shelf = new Shelf()
  const engine = await open(shelf)
  const start = shelf.files.get(LOG)!.length
  await engine.batch([put('key', 'value')])
  await engine.close()
  const before = await reopened(shelf)
  const log = shelf.files.get(LOG)!
  shelf.files.set(LOG, Buffer.concat([log, log.subarray(start)]))
  expect(await reopened(shelf)).toBe(before)
})

test('a log that holds another log as a value is read as it was written', async () => {
  const shelf = new Shelf()
  const engine = await open(shelf)
  for (let i = 0; i < 5; i++) await engine.batch([put(`key ${i}`, 'value')])
  await engine.batch([put('log', shelf.files.get(LOG)!)])
  const all = await contents(engine)
  await engine.close()
  const log = shelf.files.get(LOG)!
  expect(await reopened(shelf)).toBe(all)
  shelf.files.set(LOG, log.subarray(0, log.length - 1))
  expect((await reopened(shelf)).split('\n')).toHaveLength(5)
})

test('after a write to the log that failed, batches are refused and reads go on', async () => {
  const shelf = new Shelf()
  const engine = await open(shelf)
  await engine.batch([put('a', '1')])
  const before = await contents(engine)
  shelf.failWrites = new Error('EIO')
  const writes = ['b', 'c'].map((key) => engine.batch([put(key, '1')]))
  for (const write of writes) await expect(write).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  shelf.failWrites = null
  const refused = engine.batch([put('d', '1')])
  await expect(refused).rejects.toMatchObject({ code: 'ENGINE_FAILED', cause: { message: 'EIO' } })
  expect(await contents(engine)).toBe(before)
  await engine.close()

  await engine.open()
  expect(await contents(engine)).toBe(before)
  await engine.batch([put('e', '1')])
  await engine.close()
})

for (const durability of ['power', 'process'] as const)
  test(`a log that goes on in another, and its end is lost: '${durability}'`, async () => {
    const shelf = new Shelf()
    const engine = new RandomAccessEngine(shelf.open, { memtableBytes: 3000, durability, sync: shelf.sync })
    await engine.open()
    let files = new Map<string, Buffer>()
    const states: string[] = []
    shelf.onWrite = (name, offset) => {
      if (name === '000002.log' && offset > 0 && files.size === 0) files = new Map(shelf.files)
    }
    for (let i = 0; files.size === 0; i++) {
      await engine.batch([put(`key ${i}`, 'x'.repeat(50))])
      states.push(await contents(engine))
    }
    await engine.close()
    expect(await reopened(new Shelf(files))).toBe(states.at(-1))

    const first = files.get(LOG)!
    for (const [cut, records] of [
      [1, 0],
      [21, 0],
      [60, 1]
    ] as const) {
      const damaged = new Shelf(new Map(files).set(LOG, first.subarray(0, first.length - cut)))
      if (durability === 'power')
        await expect(reopened(damaged)).rejects.toMatchObject({ code: 'ENGINE_CORRUPT', file: LOG })
      else {
        expect(await reopened(damaged), `${cut} bytes`).toBe(states.at(-2 - records))
        const again = new RandomAccessEngine(damaged.open)
        await again.open()
        expect(damaged.files.has('000002.log'), 'what went on from it is removed').toBe(false)
        await again.close()
      }
    }
    files.delete('000002.log')
    await expect(reopened(new Shelf(files))).rejects.toMatchObject({
      code: 'ENGINE_CORRUPT',
      file: '000002.log'
    })
  })

test('a log of a newer format is ENGINE_VERSION', async () => {
  const shelf = new Shelf()
  await (await open(shelf)).close()
  for (const name of [LOG, 'MANIFEST-1']) {
    const newer = new Shelf(shelf.files)
    newer.files.set(name, ofVersion(shelf.files.get(name)!, 3))
    await expect(reopened(newer)).rejects.toMatchObject({ code: 'ENGINE_VERSION' })
  }
})

/** The same frame with another format version. */
function ofVersion(file: Buffer, version: number): Buffer {
  const bytes = Buffer.from(file)
  bytes.writeUInt32LE(version, 8)
  const end = 20 + bytes.readUInt32LE(12)
  bytes.writeUInt32LE(crc32(Buffer.concat([bytes.subarray(0, 16), bytes.subarray(20, end)])), 16)
  return bytes
}
