import { beforeAll, describe, expect, test } from 'vitest'
import { RandomAccessEngine, type RandomAccessStorage } from '../../src/index.js'
import { SMALL } from '../stores/places.js'
import { ONE, type Recorded, contents, randomNumbers, record, recordOne } from '../stores/recorded.js'
import { Shelf } from '../stores/shelf.js'

const SEED = 7
const TRIALS = 2400
/** one file with less is a new one: not even the first write to it was done */
const MIN_BYTES = 52

let recorded: Recorded
let stateOf: Map<string, number>

beforeAll(async () => {
  recorded = await record(SEED)
  stateOf = new Map(recorded.states.map((state, k) => [state, k]))
})

type Damage = (bytes: Buffer, random: (n: number) => number) => { bytes: Buffer; from: number; to: number }

const KINDS: Record<string, Damage> = {
  cut(bytes, random) {
    const length = random(bytes.length)
    return { bytes: bytes.subarray(0, length), from: length, to: bytes.length }
  },
  'bit flip'(bytes, random) {
    const from = random(bytes.length)
    const damaged = Buffer.from(bytes)
    damaged[from]! ^= 1 << random(8)
    return { bytes: damaged, from, to: from + 1 }
  },
  zeros(bytes, random) {
    const from = random(bytes.length)
    const to = Math.min(bytes.length, from + 1 + random(random(2) === 0 ? 600 : bytes.length))
    return { bytes: Buffer.from(bytes).fill(0, from, to), from, to }
  },
  'region written twice'(bytes, random) {
    const [source, from] = [random(bytes.length), random(bytes.length)]
    const damaged = Buffer.from(bytes)
    const length = bytes.copy(damaged, from, source, source + 1 + random(600))
    return { bytes: damaged, from, to: from + length }
  },
  'region inserted twice'(bytes, random) {
    const [source, from] = [random(bytes.length), random(bytes.length + 1)]
    const region = bytes.subarray(source, source + 1 + random(600))
    const damaged = Buffer.concat([bytes.subarray(0, from), region, bytes.subarray(from)])
    return { bytes: damaged, from, to: bytes.length }
  }
}

/** How many batches a store of these files holds; the error it reports otherwise. */
async function reopen(
  files: ReadonlyMap<string, Buffer>,
  readOnly: boolean,
  states: ReadonlyMap<string, number> = stateOf
): Promise<number | Error> {
  const shelf = new Shelf(files)
  const storage = (): RandomAccessStorage => (files.has(ONE) ? shelf.open(ONE) : shelf.open)
  const engine = new RandomAccessEngine(storage(), { ...SMALL, readOnly })
  try {
    await engine.open()
    const state = await contents(engine)
    const batches = states.get(state)
    if (batches === undefined) throw new Error('a state that never was')
    if (!readOnly) {
      await engine.batch([{ type: 'put', key: Buffer.from('z'), value: Buffer.from('after') }])
      await engine.close()
      const again = new RandomAccessEngine(storage(), { ...SMALL, readOnly: true })
      await again.open()
      expect(await contents(again)).toBe(`${state}\n7a YWZ0ZXI=`)
      await again.close()
    }
    return batches
  } catch (err) {
    if ((err as { code?: unknown }).code !== 'ENGINE_CORRUPT') throw err
    expect(err).toMatchObject({ file: expect.any(String), offset: expect.any(Number) })
    return err as Error
  } finally {
    await engine.close()
    expect(shelf.handles).toBe(0)
  }
}

/** Batches that the last log held before an offset. */
function batchesBefore(offset: number): number {
  return recorded.ends.findLastIndex((end) => end <= offset)
}

test('the recorded store has every kind of file', () => {
  const kinds = new Set([...recorded.files.keys()].map((name) => name.split(/[.-]/)[1]))
  expect([...kinds].toSorted()).toEqual(['0', '1', 'log', 'seg', 'val'])
  expect(batchesBefore(Infinity)).toBe(recorded.states.length - 1)
})

test('every prefix of the last record is cut, and all before it is there', async () => {
  const last = recorded.states.length - 1
  const log = recorded.files.get(recorded.log)!
  for (let end = recorded.ends[last - 1]!; end <= log.length; end++) {
    const files = new Map(recorded.files).set(recorded.log, log.subarray(0, end))
    expect(await reopen(files, end % 8 !== 0), `${end} bytes`).toBe(end === log.length ? last : last - 1)
  }
})

describe(`damaged files, seed ${SEED}`, () => {
  for (const [kind, damage] of Object.entries(KINDS)) {
    test(`${kind}: an earlier state with all before the damage, or ENGINE_CORRUPT`, async () => {
      const random = randomNumbers(SEED + kind.length)
      const trials = Math.ceil(TRIALS / Object.keys(KINDS).length)
      let corrupt = 0
      for (let trial = 0; trial < trials; trial++) {
        const names = [...recorded.files.keys()]
        const name = trial % 3 === 0 ? recorded.log : names[random(names.length)]!
        const { bytes, from } = damage(recorded.files.get(name)!, random)
        const files = new Map(recorded.files).set(name, bytes)
        const what = `${kind} of ${name} at ${from}, trial ${trial}`
        const found = await reopen(files, trial % 8 !== 0).catch((cause: unknown) => {
          throw new Error(what, { cause })
        })
        if (found instanceof Error) corrupt++
        else
          expect(found, what).toBeGreaterThanOrEqual(
            name === recorded.log ? batchesBefore(from) : recorded.states.length - 1
          )
      }
      expect(corrupt).toBeGreaterThan(trials / 10)
      expect(corrupt).toBeLessThan(trials)
    })
  }
})

test('each byte of a manifest may be damaged: nothing is lost, or it is noticed', async () => {
  for (const name of ['MANIFEST-0', 'MANIFEST-1']) {
    for (let offset = 0; offset < recorded.files.get(name)!.length; offset++) {
      const bytes = Buffer.from(recorded.files.get(name)!)
      bytes[offset]! ^= 255
      const found = await reopen(new Map(recorded.files).set(name, bytes), true)
      if (!(found instanceof Error)) expect(found, `${name} at ${offset}`).toBe(recorded.states.length - 1)
    }
  }
})

test('a file that is missing is noticed, or not needed', async () => {
  for (const name of recorded.files.keys()) {
    const files = new Map(recorded.files)
    files.delete(name)
    const found = await reopen(files, true)
    if (/log|seg/.test(name)) expect(found, name).toMatchObject({ code: 'ENGINE_CORRUPT', file: name })
    else if (!(found instanceof Error)) expect(found, name).toBe(recorded.states.length - 1)
  }
})

test(`one file, damaged anywhere: an earlier state or ENGINE_CORRUPT, seed ${SEED}`, async () => {
  const { file, states, ages } = await recordOne(SEED)
  const batchesOf = new Map(states.map((state, k) => [state, k]))
  const kinds = Object.entries(KINDS)
  const random = randomNumbers(SEED)
  let corrupt = 0
  for (let trial = 0; trial < 600; trial++) {
    const [kind, damage] = kinds[trial % kinds.length]!
    const { bytes, from, to } = damage(file, random)
    const what = `${kind} at ${from}, trial ${trial}`
    const found = await reopen(new Map([[ONE, bytes]]), trial % 8 !== 0, batchesOf).catch(
      (cause: unknown) => {
        throw new Error(what, { cause })
      }
    )
    if (found instanceof Error) corrupt++
    else if (bytes.length >= MIN_BYTES)
      expect(found, what).toBeGreaterThanOrEqual(Math.min(...ages.subarray(from, to)))
  }
  expect(corrupt).toBeGreaterThan(60)
  expect(corrupt).toBeLessThan(600)
})

test('a merge that meets damage is reported; what is not damaged is read and written on', async () => {
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open, { ...SMALL, cacheBytes: 0 })
  await engine.open()
  const put = (key: string, i: number): Promise<void> =>
    engine.batch([{ type: 'put', key: Buffer.from(key), value: Buffer.alloc(1000, i) }])
  for (let i = 0; i < 10; i++) await put('a', i)
  await engine.compact()
  const [name] = [...shelf.files.keys()].filter((each) => each.endsWith('.seg'))
  shelf.files.get(name!)![3]! ^= 1
  await put('b', 1)
  const corrupt = { code: 'ENGINE_CORRUPT', file: name, offset: 0 }
  await expect(engine.getMany([Buffer.from('a')])).rejects.toMatchObject(corrupt)
  await put('a', 2)
  await expect(engine.compact()).rejects.toMatchObject(corrupt)
  expect(engine.failure).toMatchObject(corrupt)
  for (let i = 0; i < 300; i++) await put(`b${i}`, i)
  const values = await engine.getMany(['a', 'b', 'b299'].map((key) => Buffer.from(key)))
  expect(values.map((value) => value?.[0])).toEqual([2, 1, 299 % 256])
  await engine.close()
})
