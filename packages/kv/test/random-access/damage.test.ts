import { beforeAll, describe, expect, test } from 'vitest'
import { RandomAccessEngine } from '../../src/index.js'
import { SMALL } from './places.js'
import { type Recorded, contents, randomNumbers, record } from './recorded.js'
import { Shelf } from './shelf.js'

const SEED = 7
const TRIALS = 2400

let recorded: Recorded
let stateOf: Map<string, number>

beforeAll(async () => {
  recorded = await record(SEED)
  stateOf = new Map(recorded.states.map((state, k) => [state, k]))
})

/** How many batches a store of these files holds; the error it reports otherwise. */
async function reopen(files: ReadonlyMap<string, Buffer>, readOnly: boolean): Promise<number | Error> {
  const shelf = new Shelf(files)
  const engine = new RandomAccessEngine(shelf.open, { ...SMALL, readOnly })
  try {
    await engine.open()
    const state = await contents(engine)
    const batches = stateOf.get(state)
    if (batches === undefined) throw new Error('a state that never was')
    if (!readOnly) {
      await engine.batch([{ type: 'put', key: Buffer.from('z'), value: Buffer.from('after') }])
      await engine.close()
      const again = new RandomAccessEngine(shelf.open, { ...SMALL, readOnly: true })
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
  const KINDS: Record<string, (bytes: Buffer, random: (n: number) => number) => [Buffer, number]> = {
    cut: (bytes, random) => {
      const length = random(bytes.length)
      return [bytes.subarray(0, length), length]
    },
    'bit flip': (bytes, random) => {
      const damaged = Buffer.from(bytes)
      const offset = random(bytes.length)
      damaged[offset]! ^= 1 << random(8)
      return [damaged, offset]
    },
    zeros: (bytes, random) => {
      const [damaged, from] = [Buffer.from(bytes), random(bytes.length)]
      damaged.fill(0, from, Math.min(bytes.length, from + 1 + random(random(2) === 0 ? 600 : bytes.length)))
      return [damaged, from]
    },
    'region written twice': (bytes, random) => {
      const [damaged, from, to] = [Buffer.from(bytes), random(bytes.length), random(bytes.length)]
      bytes.copy(damaged, to, from, from + 1 + random(600))
      return [damaged, to]
    },
    'region inserted twice': (bytes, random) => {
      const [from, to] = [random(bytes.length), random(bytes.length + 1)]
      const region = bytes.subarray(from, from + 1 + random(600))
      return [Buffer.concat([bytes.subarray(0, to), region, bytes.subarray(to)]), to]
    }
  }

  for (const [kind, damage] of Object.entries(KINDS)) {
    test(`${kind}: an earlier state with all before the damage, or ENGINE_CORRUPT`, async () => {
      const random = randomNumbers(SEED + kind.length)
      const trials = Math.ceil(TRIALS / Object.keys(KINDS).length)
      let corrupt = 0
      for (let trial = 0; trial < trials; trial++) {
        const names = [...recorded.files.keys()]
        const name = trial % 3 === 0 ? recorded.log : names[random(names.length)]!
        const [bytes, from] = damage(recorded.files.get(name)!, random)
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

test('a file that is missing is noticed, or not needed', async () => {
  for (const name of recorded.files.keys()) {
    const files = new Map(recorded.files)
    files.delete(name)
    const found = await reopen(files, true)
    if (/log|seg/.test(name)) expect(found, name).toMatchObject({ code: 'ENGINE_CORRUPT', file: name })
    else if (!(found instanceof Error)) expect(found, name).toBe(recorded.states.length - 1)
  }
})
