import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Corestore } from '@manycore/corestore'
import { expect, test } from 'vitest'
import { DemoProcess, runDemo } from './demo-process.js'
import { sampleFolder, temporary } from './folder.js'

test('a file that differs from its source fails the demo by name', async () => {
  const { dir } = await sampleFolder()
  const demo = new DemoProcess(dir, '--data', await temporary())
  await demo.saw(/^relay/m) // the writer is done
  await appendFile(join(dir, 'a/same.txt'), 'x')

  expect(await demo.end()).toBe(1)
  expect(demo.stderr).toContain('1 file is not verified:\n  a/same.txt: differs')
  expect(demo.stdout).toBe('')
})

test('a store that somebody else has open fails the demo, and the next one works', async () => {
  const { dir } = await sampleFolder()
  const data = await temporary()
  const store = new Corestore(join(data, 'writer'))
  await store.ready()

  const demo = new DemoProcess(dir, '--data', data)
  expect(await demo.end()).toBe(1)
  expect(demo.stderr).toMatch(/writer \(process \d+\) failed: ELOCKED/)

  await store.close()
  await runDemo(dir, data)
})

test.each([
  [['--nothing'], "Unknown option '--nothing'"],
  [['a', 'b'], 'one DIR, not 2'],
  [['does-not-exist'], 'DIR: ENOENT'],
  [[import.meta.filename], 'is not a folder']
])('%j is refused with exit code 2', async (args, message) => {
  const demo = new DemoProcess(...args)
  expect(await demo.end()).toBe(2)
  expect(demo.stderr).toContain(message)
  expect(demo.stderr).toContain('see --help')
})

test('an empty folder is refused', async () => {
  const demo = new DemoProcess(await temporary())
  expect(await demo.end()).toBe(2)
  expect(demo.stderr).toContain('holds no files')
})

test('--help says what --public is worth', async () => {
  const demo = new DemoProcess('--help')
  expect(await demo.end()).toBe(0)
  expect(demo.stdout).toContain('--public')
  expect(demo.stdout).toContain('UNTESTED')
})
