import { expect, test } from 'vitest'
import {
  type Fault,
  FaultFiles,
  type FaultOperation,
  RandomAccessEngine,
  type RandomAccessEngineOptions,
  type RandomAccessStorage
} from '../../src/index.js'
import { MemoryFiles, SMALL } from '../stores/places.js'
import { ONE, contents, randomNumbers, randomOps } from '../stores/recorded.js'

const SEED = 17
const BATCHES = 40

/** What may fail when a manifest is written; with its effect, or without. */
const OPERATIONS: readonly FaultOperation[] = ['write', 'sync', 'stat']
const ACTIONS = ['fail', 'fail-after'] as const

const PLACES: Record<string, { file: RegExp; storageOf: (files: FaultFiles) => RandomAccessStorage }> = {
  'many files': { file: /^MANIFEST/, storageOf: (files) => files.open },
  'one file': { file: /^one$/, storageOf: (files) => files.open(ONE) }
}

/** How the store ends right after the fault, before it is opened again. */
const ENDS: Record<string, (engine: RandomAccessEngine, files: FaultFiles) => Promise<void>> = {
  close: (engine) => engine.close(),
  kill: async () => {},
  'suspend, resume and close': async (engine) => {
    await engine.suspend()
    await engine.resume()
    await engine.close()
  },
  'loss of power': (_, files) => files.loseUnsynced(),
  'loss of power, sector by sector': (_, files) => files.loseUnsynced({ seed: SEED })
}

for (const [place, { file, storageOf }] of Object.entries(PLACES))
  for (const on of OPERATIONS)
    for (const action of ACTIONS)
      test(`one ${on} that is to ${action}: ${place}`, async () => {
        let happened = 0
        const [last, step] = place === 'one file' ? [60, 5] : [6, 1]
        for (let nth = 1; nth <= last; nth += step)
          for (const end of Object.keys(ENDS))
            if (await survives(storageOf, { on, action, file, nth }, end)) happened++
        expect(happened).toBeGreaterThan(10)
      })

/** @returns whether the fault happened */
async function survives(
  storageOf: (files: FaultFiles) => RandomAccessStorage,
  fault: Fault,
  end: string
): Promise<boolean> {
  const what = `${JSON.stringify(fault)}, then ${end}, seed ${SEED}`
  const random = randomNumbers(SEED)
  const files = new FaultFiles(new MemoryFiles().open)
  const options: RandomAccessEngineOptions = { ...SMALL, durability: 'power', sync: files.sync }
  const engine = new RandomAccessEngine(storageOf(files), options)
  await engine.open()
  files.plan.add(fault)
  // What is refused may be there after all, but only as a whole, and last.
  let states = [await contents(engine)]
  for (let i = 0; i < BATCHES; i++) {
    const ops = randomOps(random)
    const isDone = await engine.batch(ops).then(
      () => true,
      () => false
    )
    if (!isDone) states.push(await refused(states[0]!, ops))
    if (!isDone) break
    states = [await contents(engine)]
    if (files.plan.hits.length > 0) break
  }
  await ENDS[end]!(engine, files).catch((cause: unknown) => {
    throw new Error(what, { cause })
  })

  // Twice, with work in between: numbers are given out again, and what is not needed is removed.
  for (let round = 0; round < 2; round++) {
    const again = new RandomAccessEngine(storageOf(files), options)
    await again.open().catch((cause: unknown) => {
      throw new Error(`${what}: round ${round}`, { cause })
    })
    expect(states, `${what}: round ${round}`).toContain(await contents(again))
    for (let i = 0; i < 10; i++) await again.batch(randomOps(random))
    states = [await contents(again)]
    await again.close()
  }
  return files.plan.hits.length > 0
}

/** What the store holds if a batch that was refused was stored all the same. */
async function refused(state: string, ops: Parameters<RandomAccessEngine['batch']>[0]): Promise<string> {
  const engine = new RandomAccessEngine(new MemoryFiles().open)
  await engine.open()
  const entries = state === '' ? [] : state.split('\n').map((line) => line.split(' '))
  await engine.batch(
    entries.map(([key, value]) => ({
      type: 'put',
      key: Buffer.from(key!, 'hex'),
      value: Buffer.from(value ?? '', 'base64')
    }))
  )
  await engine.batch(ops)
  const after = await contents(engine)
  await engine.close()
  return after
}

for (const on of ['stat', 'sync'] as const)
  test(`a store whose making was interrupted is made before its first batch: ${on} of the first manifest`, async () => {
    const files = new FaultFiles(new MemoryFiles().open)
    const options: RandomAccessEngineOptions = { durability: 'power', sync: files.sync }
    files.plan.add({ on, action: 'fail', file: /MANIFEST-0/, nth: on === 'stat' ? 2 : 1 })
    const engine = new RandomAccessEngine(files.open, options)
    await expect(engine.open()).rejects.toMatchObject({ code: 'EIO' })
    await engine.open()
    await engine.batch(randomOps(randomNumbers(SEED)))
    const state = await contents(engine)
    await files.loseUnsynced()
    await engine.close()
    await engine.open()
    expect(await contents(engine)).toBe(state)
    await engine.close()
  })

for (const [place, { storageOf }] of Object.entries(PLACES))
  test(`the making of a store may fail again and again, at any two writes: ${place}`, async () => {
    for (let first = 1; first < 12; first++)
      for (let second = 1; second < 12; second++) {
        const files = new FaultFiles(new MemoryFiles().open)
        files.plan.add({ on: 'write', action: 'tear', nth: first })
        files.plan.add({ on: 'write', action: 'fail', nth: first + second })
        for (let attempt = 0; attempt < 3; attempt++) {
          const engine = new RandomAccessEngine(storageOf(files))
          await engine.open().catch((err: unknown) => {
            expect(err, `${first}, then ${second}`).toMatchObject({ code: 'EIO' })
          })
          await engine.close()
        }
        const engine = new RandomAccessEngine(storageOf(files))
        await engine.open()
        await engine.close()
      }
  })

test('flush() waits for the manifest of what was flushed to a segment, for its log was not synced', async () => {
  for (const action of ['delay', 'fail', 'forget'] as const) {
    const random = randomNumbers(SEED)
    const files = new FaultFiles(new MemoryFiles().open)
    const options: RandomAccessEngineOptions = { ...SMALL, sync: files.sync }
    const engine = new RandomAccessEngine(files.open, options)
    await engine.open()
    files.plan.add({ on: 'sync', action, file: /MANIFEST/, nth: 2 })
    while (files.plan.hits.length === 0) await engine.batch(randomOps(random))
    const state = await contents(engine)
    let isFlushed = false
    const flushing = engine.flush().then(
      () => (isFlushed = true),
      () => {}
    )
    if (action === 'delay') for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
    else await flushing
    expect(isFlushed, action).toBe(action !== 'delay')
    await files.loseUnsynced()
    await flushing
    await engine.close()
    if (action === 'delay') continue
    await engine.open()
    expect(await contents(engine), action).toBe(state)
    await engine.close()
  }
})
