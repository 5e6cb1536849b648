import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import RandomAccessFile from 'random-access-file'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EngineError, RandomAccessEngine } from '../../src/index.js'
import { openBesideWriter } from '../../src/lsm/store.js'
import { contents } from '../stores/recorded.js'

const WRITER = fileURLToPath(new URL('../fixtures/write-and-merge.cjs', import.meta.url))

let directory: string
let writer: ChildProcess | null = null
let lines: Interface
/** the last batch that the writer is known to have acknowledged */
let acknowledged: number
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'kv-beside-'))))
afterEach(async () => {
  await killWriter()
  rmSync(directory, { recursive: true })
})

async function killWriter(): Promise<void> {
  if (writer === null) return
  const ended = new Promise((resolve) => writer!.once('exit', resolve))
  writer.kill('SIGKILL')
  await ended
  writer = null
}

async function startWriter(...options: string[]): Promise<void> {
  writer = spawn(process.execPath, [WRITER, directory, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  acknowledged = 0
  lines = createInterface({ input: writer.stdout! }).on('line', (line) => (acknowledged = Number(line)))
  await untilBatch(1)
}

/** A writer that ends before leaves the test to its timeout. */
function untilBatch(batch: number): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (acknowledged < batch) return
      lines.off('line', check)
      resolve()
    }
    lines.on('line', check)
  })
}

/** Blocks are not cached, so that each read is one of a file. */
function reader(): RandomAccessEngine {
  return new RandomAccessEngine((name) => new RandomAccessFile(name, { directory }), {
    readOnly: true,
    cacheBytes: 0
  })
}

const numberIn = (value: Uint8Array | null | undefined): number => Number.parseInt(String(value), 10)

/** @returns after which batch the store was as it is read @throws where it never was so */
async function batchOf(engine: RandomAccessEngine): Promise<number> {
  const get = (keys: string[]): Promise<(Uint8Array | null)[]> =>
    engine.getMany(keys.map((key) => Buffer.from(key)))
  const latest = numberIn((await get(['latest']))[0])
  for (const [kind, count, bytes] of [
    ['small', 50, 100],
    ['large', 20, 5000]
  ] as const) {
    const batches = Array.from({ length: Math.min(count, latest) }, (_, i) => latest - i)
    const values = await get(batches.map((n) => `${kind} ${n % count}`))
    expect(values.map(numberIn)).toEqual(batches)
    for (const value of values) expect(value!.byteLength).toBe(bytes)
  }
  return latest
}

test('a reader opens beside a writer in another process, and reads what was acknowledged', async () => {
  await startWriter()
  for (let i = 0; i < 40; i++) {
    const before = acknowledged
    const engine = reader()
    await engine.open()
    expect(await batchOf(engine)).toBeGreaterThanOrEqual(before)
    await engine.close()
    await untilBatch(acknowledged + 1)
  }
})

test('what a reader has opened stays as it is, while its files are merged and removed', async () => {
  await startWriter()
  await untilBatch(60)
  const engine = reader()
  await engine.open()
  const batch = numberIn((await engine.getMany([Buffer.from('latest')]))[0]) // no large value: no value file is read yet
  const files = readdirSync(directory).filter((name) => /seg|val/.test(name))
  while (files.some((name) => existsSync(join(directory, name)))) await untilBatch(acknowledged + 10)
  expect(await batchOf(engine)).toBe(batch)

  // Without descriptors it has nothing to read: resume() says so instead of reading later.
  await engine.suspend()
  await untilBatch(acknowledged + 10)
  await expect(engine.resume()).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  await engine.close()
  await engine.open()
  expect(await batchOf(engine)).toBeGreaterThan(batch)
  await engine.close()
})

test('a reader takes no lock: a writer opens, writes and merges beside it', async () => {
  await startWriter()
  await killWriter()
  const engine = reader()
  await engine.open()
  const state = await contents(engine)
  await startWriter()
  await untilBatch(60)
  expect(await contents(engine)).toBe(state)
  await engine.close()
})

test('one file that a writer has open is ELOCKED: it uses again what it frees', async () => {
  await startWriter('--one')
  const one = (): RandomAccessEngine =>
    new RandomAccessEngine(new RandomAccessFile('one', { directory }), { readOnly: true })
  await expect(one().open()).rejects.toMatchObject({ code: 'ELOCKED' })
})

test('what is read anew, and when it is damage', async () => {
  const fail = (message: string): never => {
    throw new EngineError('ENGINE_CORRUPT', message)
  }
  let forgotten = 0
  const forget = async (): Promise<void> => void forgotten++
  const answers = [() => fail('gone: 1'), () => fail('gone: 2'), () => 'open']
  expect(await openBesideWriter(async () => answers.shift()!(), forget)).toBe('open')
  expect(forgotten).toBe(2)

  let attempts = 0
  const damaged = openBesideWriter(async () => fail(`damaged ${Math.max(++attempts, 3)}`), forget)
  await expect(damaged).rejects.toMatchObject({ code: 'ENGINE_CORRUPT' })
  expect(attempts).toBe(2)

  const changing = openBesideWriter(async () => fail(`gone: ${attempts++}`), forget)
  await expect(changing).rejects.toMatchObject({ code: 'ENGINE_FAILED', cause: { code: 'ENGINE_CORRUPT' } })
  await expect(openBesideWriter(() => Promise.reject(new Error('EIO')), forget)).rejects.toThrow('EIO')
})

test('a class of storages finds a store that was made since it was opened in vain', async () => {
  class InDirectory extends RandomAccessFile {
    constructor(name: string) {
      super(name, { directory })
    }
  }
  const engine = new RandomAccessEngine(InDirectory, { readOnly: true })
  await engine.open()
  expect(await contents(engine)).toBe('')
  await engine.close()
  await startWriter()
  await engine.open()
  expect(await batchOf(engine)).toBeGreaterThan(0)
  await engine.close()
})
