import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import RandomAccessFile from 'random-access-file'
import RandomAccessMemory from 'random-access-memory'
import { expect, onTestFinished, test } from 'vitest'
import { RandomAccessEngine } from '../../src/index.js'
import type { RandomAccessStorage } from '../../src/index.js'

const directory = mkdtempSync(join(tmpdir(), 'kv-'))
const FILE = join(directory, 'store')

test.each<[string, () => RandomAccessStorage]>([
  ['gives one file for every name', () => () => new RandomAccessFile(FILE)],
  [
    'gives one instance for every name',
    () => {
      const one = new RandomAccessMemory()
      return () => one
    }
  ],
  [
    'is a class with one file',
    () =>
      class extends RandomAccessFile {
        constructor() {
          super(FILE)
        }
      }
  ]
])('a storage that %s is a bad argument, and nothing is written', async (_, storage) => {
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  mkdirSync(directory, { recursive: true })
  writeFileSync(FILE, 'what somebody has there')
  const engine = new RandomAccessEngine(storage())
  await expect(engine.open()).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
    field: 'storage',
    message: expect.stringContaining('LOCK is MANIFEST-0 as well')
  })
  expect(existsSync(FILE) && readFileSync(FILE, 'utf8')).toBe('what somebody has there')
})

test('a storage that gives all logs one file is told so by the second, and what is stored stays', async () => {
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const storage = (name: string): RandomAccessFile =>
    new RandomAccessFile(name.endsWith('.log') ? 'log' : name, { directory })
  const engine = new RandomAccessEngine(storage)
  await engine.open()
  const put = { type: 'put', key: Buffer.from('a'), value: Buffer.from('1') } as const
  await engine.batch([put])
  await expect(engine.compact()).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    cause: {
      code: 'BAD_ARGUMENT',
      field: 'storage',
      message: expect.stringContaining('000002.log is 000001.log as well')
    }
  })
  expect(await engine.getMany([put.key])).toEqual([put.value])
  await engine.close()
})
