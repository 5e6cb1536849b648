import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

export const BLOCK = 64 * 1024

/** Sizes and names around everything that could go wrong: blocks, batches of 16 blocks, folders, names. */
const FILES: Record<string, number> = {
  empty: 0,
  'one byte': 1,
  'block-1': BLOCK - 1,
  block: BLOCK,
  'block+1': BLOCK + 1,
  batch: 16 * BLOCK,
  'batch+1': 16 * BLOCK + 1,
  'large.bin': 3_000_000,
  index: 100,
  files: 101,
  'a/index': 102,
  'a/b/c/d/e/deep.txt': 103,
  'a/b/same.txt': 104,
  'a/same.txt': 105,
  'ab/same.txt': 106,
  '.hidden': 107,
  'grüße.txt': 108,
  '日本/語.txt': 109,
  '🦄': 110,
  ['__proto__']: 111,
  'quotes\'" and spaces': 112
}

/** A folder under the system's temporary one, gone when the test is over. */
export async function temporary(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'manycore-demo-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  return dir
}

/** @returns the folder, and what must arrive: files, bytes and blocks */
export async function sampleFolder(): Promise<{ dir: string; files: number; bytes: number; blocks: number }> {
  const dir = await temporary()
  for (const [path, size] of Object.entries(FILES)) await write(dir, path, size)

  const sizes = Object.values(FILES)
  return {
    dir,
    files: sizes.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    blocks: sizes.reduce((sum, size) => sum + Math.ceil(size / BLOCK), 0)
  }
}

/** Enough work to be interrupted in. The large files come first, so that some are half done then. */
export async function busyFolder(): Promise<string> {
  const dir = await temporary()
  for (let i = 0; i < 3; i++) await write(dir, `large/${i}`, 3_000_000 + i)
  for (let i = 0; i < 200; i++) await write(dir, `small/${i}`, 1000 + i)
  return dir
}

/** Bytes that differ from file to file and from block to block, the same in every run. */
export async function write(dir: string, path: string, size: number): Promise<void> {
  const file = join(dir, path)
  const words = Math.ceil(size / 32)
  const parts = Array.from({ length: words }, (_, i) => createHash('sha256').update(`${path} ${i}`).digest())
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, Buffer.concat(parts).subarray(0, size))
}
