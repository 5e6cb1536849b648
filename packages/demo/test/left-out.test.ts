import { rmSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../src/run.js'
import { findSource } from '../src/source/find.js'
import { scan } from '../src/source/scan.js'
import { View } from '../src/view.js'
import { DemoProcess, runDemo } from './demo-process.js'
import { temporary, write } from './folder.js'

/** A path whose last part is no UTF-8, as a disk of the last century has them. */
function latin1(dir: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${dir}/`), Buffer.from(name, 'latin1')])
}

const NOT_UTF8 = 'its name is not UTF-8'
const GONE = 'it was gone when it was read'

describe('scan()', () => {
  test('leaves out what has a name that is not UTF-8, a folder with all it holds', async () => {
    const dir = await temporary()
    await write(dir, 'grün.txt', 10)
    await writeFile(latin1(dir, 'grün.txt'), 'green')
    await mkdir(latin1(dir, 'Maß'))
    await writeFile(Buffer.concat([latin1(dir, 'Maß'), Buffer.from('/inside')]), 'lost')

    const { files, leftOut } = await scan(dir)
    expect(files.map(({ path }) => path)).toEqual(['grün.txt'])
    expect(leftOut).toEqual([
      { path: 'Ma\ufffd', reason: NOT_UTF8 },
      { path: 'gr\ufffdn.txt', reason: NOT_UTF8 }
    ])
  })

  test('leaves out what vanishes between its folder’s listing and the look at it', async () => {
    const dir = await temporary()
    for (const path of ['kept', 'file', 'folder/inside']) await write(dir, path, 10)
    const skip = (file: string, name: string): boolean => {
      if (name !== 'kept') rmSync(file, { recursive: true })
      return false
    }
    const { files, leftOut } = await scan(dir, { skip })
    expect(files.map(({ path }) => path)).toEqual(['kept'])
    expect(leftOut).toEqual([
      { path: 'file', reason: GONE },
      { path: 'folder', reason: GONE }
    ])
  })
})

test('a file that vanishes before it is stored is left out, on the first run and on a later one', async () => {
  const [dir, data] = [await temporary(), await temporary()]
  for (const path of ['a', 'b', 'c']) await write(dir, path, 100_000)
  const view = new View({ write: () => {} })
  const opts = { isPublic: false, signal: new AbortController().signal, view }

  const first = await findSource(dir, data)
  await rm(join(dir, 'a'))
  const summary = await run(first, opts)
  expect(summary).toMatchObject({ files: 2, bytes: 200_000, leftOut: [{ path: 'a', reason: GONE }] })

  const second = await findSource(dir, data)
  await rm(join(dir, 'b')) // known to the index: a reader must not get it any more
  expect(await run(second, opts)).toMatchObject({
    files: 1,
    bytes: 100_000,
    leftOut: [{ path: 'b', reason: GONE }]
  })
})

test('what is left out stands in the table, and the rest arrives', async () => {
  const [dir, data] = [await temporary(), await temporary()]
  await write(dir, 'fine', 10)
  await writeFile(latin1(dir, 'Maß'), 'ten')

  const demo = new DemoProcess(dir, '--data', data)
  expect(await demo.end()).toBe(0)
  expect(demo.stdout).toMatch(/│ left out +│ why +│/)
  expect(demo.stdout).toMatch(/│ Ma\ufffd +│ its name is not UTF-8 +│/)
  expect(demo.stdout).toContain('All 1 files')
  expect((await runDemo(dir, data)).leftOut).toEqual([{ path: 'Ma\ufffd', reason: NOT_UTF8 }])
})
