import { expect, test } from 'vitest'
import { FaultFiles, type Op, RandomAccessEngine, type RandomAccessStorage } from '../../src/index.js'
import { MemoryFiles } from '../stores/places.js'
import { ONE, contents } from '../stores/recorded.js'

const put = (key: string): Op => ({ type: 'put', key: Buffer.from(key), value: Buffer.alloc(1000, key) })
const PLACES = [
  ['many files', /\.log$/, (files: FaultFiles): RandomAccessStorage => files.open],
  ['one file', /^one$/, (files: FaultFiles): RandomAccessStorage => files.open(ONE)]
] as const
const TURNS = 12

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await Promise.resolve()
}

for (const [place, file, storageOf] of PLACES) {
  test(`of two flush() at once neither promises what the other could not store: ${place}`, async () => {
    for (let late = 0; late < TURNS; late++) {
      const files = new FaultFiles(new MemoryFiles().open)
      const make = (): RandomAccessEngine => new RandomAccessEngine(storageOf(files), { sync: files.sync })
      const engine = make()
      await engine.open()
      await engine.batch([put('a')])
      await engine.flush()
      await engine.batch([put('b')])
      const before = await contents(engine)
      files.plan.add({ on: 'sync', action: 'forget', file })
      const flushes = [engine.flush(), turns(late).then(() => engine.flush())]
      const isPromised = await Promise.any(flushes).then(
        () => true,
        () => false
      )
      await files.loseUnsynced()
      await Promise.allSettled([...flushes, engine.close()])
      const after = make()
      await after.open()
      if (isPromised) expect(await contents(after), `${late} turns later`).toBe(before)
      await after.close()
      expect(files.plan.hits.length).toBe(1)
    }
  })

  test(`a batch beside a flush() that fails is there when it was acknowledged: ${place}, 'power'`, async () => {
    for (let late = 0; late < 5 * TURNS; late++) {
      const files = new FaultFiles(new MemoryFiles().open)
      const make = (): RandomAccessEngine =>
        new RandomAccessEngine(storageOf(files), { sync: files.sync, durability: 'power' })
      const engine = make()
      await engine.open()
      await engine.batch([put('a')])
      files.plan.add({ on: 'sync', action: 'forget', file })
      const flush = turns(late)
        .then(() => engine.flush())
        .catch(() => {})
      const isPromised = await engine.batch([put('b')]).then(
        () => true,
        () => false
      )
      await files.loseUnsynced()
      await Promise.allSettled([flush, engine.close()])
      const after = make()
      await after.open()
      if (isPromised) expect(await contents(after), `${late} turns later`).toContain(hex('b'))
      await after.close()
    }
  })

  for (const durability of ['process', 'power'] as const)
    test(`a process that is killed as a sync fails: the next one stores what it reads: ${place}, '${durability}'`, async () => {
      const files = new FaultFiles(new MemoryFiles().open)
      let fail: (err: unknown) => void
      const failed = new Promise((resolve) => (fail = resolve))
      const options = { durability, sync: files.sync }
      const dying = new RandomAccessEngine(storageOf(files), {
        durability,
        sync: (each) =>
          files.sync(each).catch((err: unknown) => {
            fail(err)
            return new Promise(() => {}) // it never learns of it
          })
      })
      await dying.open()
      await dying.batch([put('a')])
      await dying.flush()
      if (durability === 'process') await dying.batch([put('b')])
      files.plan.add({ on: 'sync', action: 'forget', file })
      void (durability === 'process' ? dying.flush() : dying.batch([put('b')])).catch(() => {})
      await failed
      await files.crash()

      const next = new RandomAccessEngine(storageOf(files), options)
      await next.open()
      const found = await contents(next)
      expect(found).toContain(hex('b'))
      await next.flush()
      await next.batch([put('c')])
      await next.flush()
      const promised = await contents(next)
      await files.loseUnsynced()
      await next.close()

      const last = new RandomAccessEngine(storageOf(files), options)
      await last.open()
      expect(await contents(last)).toBe(promised)
      await last.close()
    })
}

function hex(key: string): string {
  return Buffer.from(key).toString('hex')
}
