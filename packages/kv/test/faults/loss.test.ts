import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import RandomAccessFile from 'random-access-file'
import { expect, test } from 'vitest'
import { FaultFiles, type RandomAccess } from '../../src/index.js'
import { call } from '../../src/disk/file.js'
import { MemoryFiles } from '../stores/places.js'

const SECTOR = 16
const SEEDS = Array.from({ length: 200 }, (_, i) => i)

const write = (file: RandomAccess, offset: number, text: string): Promise<void> =>
  call((done) => file.write(offset, Buffer.from(text), done))
const truncate = (file: RandomAccess, size: number): Promise<void> =>
  call((done) => file.truncate(size, done))
const unlink = (file: RandomAccess): Promise<void> => call((done) => file.unlink(done))

/** '' = it is not there; zeros as dots */
async function textOf(file: RandomAccess): Promise<string> {
  const stat = await call<{ size: number }>((done) => file.stat(done)).catch((err: { code?: string }) => {
    if (err.code !== 'ENOENT') throw err
    return { size: 0 }
  })
  const bytes = stat.size === 0 ? '' : await call<Uint8Array>((done) => file.read(0, stat.size, done))
  return String(bytes).replaceAll('\0', '.')
}

/** What losses of power with other seeds each leave of a file, as often as they do. */
async function outcomes(
  use: (file: RandomAccess, files: FaultFiles) => Promise<void>,
  storageOf: () => (name: string) => RandomAccess = () => new MemoryFiles().open
): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for (const seed of SEEDS) {
    const files = new FaultFiles(storageOf())
    await use(files.open('file'), files)
    await files.loseUnsynced({ seed, sectorBytes: SECTOR })
    const text = await textOf(files.open('file'))
    found.set(text, (found.get(text) ?? 0) + 1)
  }
  return found
}

const texts = (found: Map<string, number>): string[] => [...found.keys()].toSorted()

test('each sector of a write that was not synced is kept or lost on its own, as is the new size', async () => {
  const found = await outcomes(async (file, files) => {
    await write(file, 0, 'a'.repeat(20))
    await files.sync(file)
    await write(file, 4, 'b'.repeat(36))
  })
  // Bytes 4 to 16, 16 to 32, 32 to 40; the size is 20 or 40, and what is lost beyond the old end is zeros.
  const expected = []
  for (const first of ['a', 'b'])
    for (const second of ['aaaa............', 'b'.repeat(16)])
      for (const third of ['.', 'b'])
        for (const size of [20, 40])
          expected.push(`aaaa${first.repeat(12)}${second}${third.repeat(8)}`.slice(0, size))
  expect(texts(found)).toEqual([...new Set(expected)].toSorted())
  for (const [text, times] of found) expect(times, `${text}`).toBeGreaterThan(1)
})

test('a sector that was written several times is as after any of the writes', async () => {
  const found = await outcomes(async (file, files) => {
    await write(file, 0, '0000')
    await files.sync(file)
    for (const text of ['1111', '22', '3333']) await write(file, 0, text)
  })
  expect(texts(found)).toEqual(['0000', '1111', '2211', '3333'])
})

test('what was synced is there, whatever was written to other files', async () => {
  const found = await outcomes(async (file, files) => {
    await write(file, 0, 'synced')
    await files.sync(file)
    await write(files.open('other'), 0, 'not')
  })
  expect(texts(found)).toEqual(['synced'])
})

for (const [where, storageOf] of Object.entries({
  memory: () => new MemoryFiles().open,
  'random-access-file': () => {
    const directory = mkdtempSync(join(tmpdir(), 'kv-loss-'))
    directories.push(directory)
    return (name: string) => new RandomAccessFile(name, { directory })
  }
}))
  test(`a new file is there or not, and a removal is done or not: ${where}`, async () => {
    const made = await outcomes((file) => write(file, 0, 'new'), storageOf)
    expect(texts(made)).toEqual(['', '...', 'new'])

    const removed = await outcomes(async (file, files) => {
      await write(file, 0, 'old')
      await files.sync(file)
      await unlink(file)
    }, storageOf)
    expect(texts(removed)).toEqual(['', 'old'])

    const replaced = await outcomes(async (file, files) => {
      await write(file, 0, 'x'.repeat(40))
      await files.sync(file)
      await unlink(file)
      await write(files.open('file'), 0, 'y'.repeat(20))
    }, storageOf)
    const [dots, y] = ['.'.repeat(16), 'y'.repeat(16)]
    const younger = [`${dots}....`, `${dots}yyyy`, `${y}....`, `${y}yyyy`]
    expect(texts(replaced)).toEqual(['', ...younger, 'x'.repeat(40)].toSorted())
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
  })
const directories: string[] = []

test('bytes that were cut off come back with the old size, or not at all', async () => {
  const found = await outcomes(async (file, files) => {
    await write(file, 0, 'a'.repeat(40))
    await files.sync(file)
    await truncate(file, 4)
    await truncate(file, 24)
  })
  expect(texts(found)).toEqual(['aaaa', `aaaa${'.'.repeat(20)}`, 'a'.repeat(40)].toSorted())
})

test('the same seed keeps the same, and a sector has 512 bytes by default', async () => {
  const run = async (seed: number): Promise<string> => {
    const files = new FaultFiles(new MemoryFiles().open)
    const file = files.open('file')
    await write(file, 0, 'a'.repeat(5120))
    await files.sync(file)
    await write(file, 0, 'b'.repeat(5120))
    await files.loseUnsynced({ seed })
    return textOf(files.open('file'))
  }
  const first = await run(1)
  expect(first).toMatch(/^(?:a{512}|b{512}){10}$/)
  expect(first).toMatch(/^(?=.*a).*b/)
  expect(await run(1)).toBe(first)
  expect(await run(2)).not.toBe(first)
})

test('a seed or a sector that is no whole number is refused, and nothing is lost', async () => {
  const files = new FaultFiles(new MemoryFiles().open)
  const file = files.open('file')
  await write(file, 0, 'text')
  const refusal = (field: string) => ({ code: 'BAD_ARGUMENT', field })
  await expect(files.loseUnsynced({ seed: 0.5 })).rejects.toMatchObject(refusal('seed'))
  await expect(files.loseUnsynced({ sectorBytes: 0 })).rejects.toMatchObject(refusal('sectorBytes'))
  expect(await textOf(file)).toBe('text')
})
