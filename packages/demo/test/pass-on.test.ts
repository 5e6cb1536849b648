import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findSource } from '../src/source/find.js'
import { runDemo, type Summary } from './demo-process.js'
import { BLOCK, sampleFolder, temporary, write } from './folder.js'

test('a folder arrives whole, through three processes', async () => {
  const { dir, files, bytes, blocks } = await sampleFolder()
  const summary = await runDemo(dir, await temporary())

  expect(summary).toMatchObject({ files, bytes })
  expect(summary.steps.map(({ step }) => step)).toEqual(['store', 'mirror', 'read', 'check'])
  expect(new Set(summary.steps.map(({ pid }) => pid)).size).toBe(4)
  expect(summary.steps.map(({ connectMs }) => typeof connectMs)).toEqual([
    'undefined',
    'number',
    'number',
    'undefined'
  ])
  for (const step of transfers(summary)) {
    // The index core has a block for each file.
    expect(step).toMatchObject({ cores: files + 1, blocks: blocks + files, alreadyThere: 0 })
    expect(step.bytes).toBeGreaterThan(bytes)
  }
})

test('a second run moves nothing', async () => {
  const { dir, files, blocks } = await sampleFolder()
  const data = await temporary()
  const first = await runDemo(dir, data)
  const second = await runDemo(dir, data)

  expect(second.key).toBe(first.key)
  for (const step of transfers(second)) {
    expect(step).toMatchObject({ cores: files + 1, blocks: 0, bytes: 0, alreadyThere: blocks + files })
  }
})

test('a run after changes moves the changes', async () => {
  const { dir, files, bytes } = await sampleFolder()
  const data = await temporary()
  await runDemo(dir, data)

  await write(dir, 'new/file', 2 * BLOCK)
  await write(dir, 'one byte', BLOCK + 5)
  await write(dir, 'large.bin', 0)
  await rm(join(dir, 'block'))
  const summary = await runDemo(dir, data)

  expect(summary).toMatchObject({ files, bytes: bytes + 2 * BLOCK + (BLOCK + 4) - 3_000_000 - BLOCK })
  // 2 blocks of the new file, 2 of the grown one, and 4 entries of the index.
  for (const step of transfers(summary)) expect(step.blocks).toBe(2 + 2 + 4)

  // A file that comes back, with the bytes it had.
  await write(dir, 'block', BLOCK)
  const again = await runDemo(dir, data)
  expect(again.files).toBe(files + 1)
  for (const step of transfers(again)) expect(step.blocks).toBe(1 + 1)
})

test('the default source is real and large enough', async () => {
  const { files, bytes } = await findSource(null, null)

  expect(files.length).toBeGreaterThan(1000)
  expect(bytes).toBeGreaterThan(50_000_000)
  expect(new Set(files.map(({ path }) => path)).size).toBe(files.length)
})

function transfers({ steps }: Summary): Summary['steps'] {
  return steps.filter(({ step }) => step !== 'check')
}
