import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import b4a from 'b4a'
import RandomAccessFile from 'random-access-file'
import { afterEach, expect, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

const WRITER = fileURLToPath(new URL('../fixtures/append-on-files.cjs', import.meta.url))

let writer: ChildProcess
afterEach(async () => {
  const ended = new Promise((resolve) => writer.once('exit', resolve))
  writer.kill('SIGKILL')
  await ended
})

test('a read-only store on files opens beside one that another process writes, and reads what that appended', async () => {
  const directory = temporaryDirectory()
  writer = spawn(process.execPath, [WRITER, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lengths = createInterface({ input: writer.stdout! })[Symbol.asyncIterator]()
  let length = 0
  while (length < 30) length = Number((await lengths.next()).value)

  for (let round = 0; round < 5; round++) {
    const store = new Corestore((name: string) => new RandomAccessFile(name, { directory }), {
      readOnly: true
    })
    const core = store.get({ name: 'log' })
    await core.ready()
    expect(core.length).toBeGreaterThanOrEqual(length)
    for (let i = 0; i < core.length; i++)
      expect(b4a.equals((await core.get(i))!, b4a.alloc(5000, `block ${i}.`)), `block ${i}`).toBe(true)
    await expect(core.append('x')).rejects.toMatchObject({
      code: expect.stringMatching(/NOT_WRITABLE|READ_ONLY/)
    })
    await store.close()
    length = Number((await lengths.next()).value)
  }
  expect(readdirSync(directory)).toContain('LOCK') // the writer's
})
