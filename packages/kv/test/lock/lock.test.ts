import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import RandomAccessFile from 'random-access-file'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RandomAccessEngine, type RandomAccessEngineOptions } from '../../src/index.js'
import { contents } from '../stores/recorded.js'

const LOCKER = `
  const fs = require('fs')
  const extensions = require(process.argv[1])
  const fd = fs.openSync(process.argv[2], 'a+')
  if (!extensions.tryLock(fd)) process.exit(1)
  fs.ftruncateSync(fd, 0)
  fs.writeSync(fd, process.pid + '\\n')
  console.log('locked')
  process.stdin.on('data', () => process.exit(0))
`
const extensions = createRequire(import.meta.url).resolve('fs-native-extensions')

let directory: string
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'kv-lock-'))))
afterEach(() => rmSync(directory, { recursive: true }))

function engine(options?: RandomAccessEngineOptions): RandomAccessEngine {
  return new RandomAccessEngine((name) => new RandomAccessFile(name, { directory }), options)
}

function oneFileEngine(options?: RandomAccessEngineOptions): RandomAccessEngine {
  return new RandomAccessEngine(new RandomAccessFile('one', { directory }), options)
}

/** A process that holds the lock. @returns how to end it */
async function lockElsewhere(): Promise<{ pid: number; end: (signal?: 'SIGKILL') => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', LOCKER, extensions, join(directory, 'LOCK')])
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve)
    child.once('exit', reject)
  })
  const end = async (signal?: 'SIGKILL'): Promise<void> => {
    if (signal === undefined) child.stdin.write('end\n')
    else child.kill(signal)
    await ended
  }
  return { pid: child.pid!, end }
}

test.each(['many files', 'one file'])(
  'of two that open in one turn the first gets the store: %s',
  async (kind) => {
    // The disk takes longer for the first.
    class SlowFile extends RandomAccessFile {
      override write(offset: number, bytes: Uint8Array, callback: (err: Error | null) => void): void {
        setTimeout(() => super.write(offset, bytes, callback), 20)
      }
    }
    const open = (File: typeof RandomAccessFile): RandomAccessEngine =>
      kind === 'one file'
        ? new RandomAccessEngine(new File('one', { directory }))
        : new RandomAccessEngine((name) => new File(name, { directory }))
    const [first, second] = [open(SlowFile), open(RandomAccessFile)]
    const [opened, refused] = await Promise.allSettled([first.open(), second.open()])
    expect([opened, refused]).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'ELOCKED' } }])
    await Promise.all([first.close(), second.close()])
  }
)

test('a store that another process has open is ELOCKED, and says by whom', async () => {
  const other = await lockElsewhere()
  await expect(engine().open()).rejects.toMatchObject({ code: 'ELOCKED', holder: other.pid })
  const reader = engine({ readOnly: true })
  await reader.open()
  await reader.close()
  expect(readdirSync(directory)).toEqual(['LOCK'])
  await other.end()
  const free = engine()
  await free.open()
  expect(readFileSync(join(directory, 'LOCK'), 'utf8')).toBe(`${process.pid}\n`)
  await free.close()
})

test('the lock of a process that was killed is gone', async () => {
  const other = await lockElsewhere()
  await other.end('SIGKILL')
  const free = engine()
  await free.open()
  await free.close()
})

test('wait: open() waits until the other process is done', async () => {
  const other = await lockElsewhere()
  const waiting = engine({ wait: true })
  let isOpen = false
  const opening = waiting.open().then(() => void (isOpen = true))
  await expect(engine().open()).rejects.toMatchObject({ code: 'ELOCKED' })
  expect(isOpen).toBe(false)
  await other.end()
  await opening
  await waiting.close()
})

for (const [where, make] of Object.entries({ 'many files': engine, 'one file': oneFileEngine })) {
  test(`in one process too, a store is open once; close(), suspend() and a failed open() free it: ${where}`, async () => {
    const [first, second] = [make(), make()]
    await first.open()
    await expect(second.open()).rejects.toMatchObject({ code: 'ELOCKED' })
    await first.suspend()
    await second.open()
    await expect(first.resume()).rejects.toMatchObject({ code: 'ELOCKED' })
    await second.close()
    await first.resume()
    await expect(second.open()).rejects.toMatchObject({ code: 'ELOCKED' })
    await first.close()
    await second.open()
    await second.close()
  })

  test(`a store that was written while suspended has to be reopened: ${where}`, async () => {
    const [first, second] = [make(), make()]
    await first.open()
    await first.batch([{ type: 'put', key: Buffer.from('a'), value: Buffer.from('1') }])
    await first.suspend()
    await second.open()
    await second.batch([{ type: 'put', key: Buffer.from('b'), value: Buffer.from('2') }])
    const state = await contents(second)
    await second.close()
    const waiting = first.getMany([Buffer.from('a')])
    await expect(first.resume()).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: 'ENGINE_CLOSED' }), first.close()])
    await first.open()
    expect(await contents(first)).toBe(state)
    await first.close()
  })

  test(`readers share a store, and write nothing: ${where}`, async () => {
    const writer = make()
    await writer.open()
    await writer.batch([{ type: 'put', key: Buffer.from('a'), value: Buffer.from('1') }])
    const state = await contents(writer)
    await writer.close()
    const before = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'hex'))
    const readers = [make({ readOnly: true }), make({ readOnly: true })]
    for (const reader of readers) await reader.open()
    if (where === 'one file') await expect(make().open()).rejects.toMatchObject({ code: 'ELOCKED' })
    for (const reader of readers) {
      expect(await contents(reader)).toBe(state)
      await expect(reader.batch([])).rejects.toMatchObject({ code: 'ENGINE_READ_ONLY' })
      await expect(reader.compact()).rejects.toMatchObject({ code: 'ENGINE_READ_ONLY' })
      await reader.close()
    }
    expect(readdirSync(directory).map((name) => readFileSync(join(directory, name), 'hex'))).toEqual(before)
  })

  test(`a reader of a store that is not there finds it empty, and makes no file: ${where}`, async () => {
    const reader = make({ readOnly: true })
    await reader.open()
    expect(await contents(reader)).toBe('')
    await reader.close()
    expect(readdirSync(directory)).toEqual([])
  })
}

test('an open that finds damage frees the lock', async () => {
  const first = engine()
  await first.open()
  await first.close()
  rmSync(join(directory, '000001.log'))
  await expect(engine().open()).rejects.toMatchObject({ code: 'ENGINE_CORRUPT', file: '000001.log' })
  await expect(engine().open()).rejects.toMatchObject({ code: 'ENGINE_CORRUPT' })
})

test('lock: false locks nothing', async () => {
  const [first, second] = [engine({ lock: false }), engine()]
  await first.open()
  await second.open()
  await Promise.all([first.close(), second.close()])
})
