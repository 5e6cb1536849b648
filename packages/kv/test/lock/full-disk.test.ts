import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import RandomAccessFile from 'random-access-file'
import { expect, onTestFinished, test } from 'vitest'
import { RandomAccessEngine } from '../../src/index.js'

const KEYS = Array.from({ length: 20 }, (_, i) => Buffer.from(`key ${i}`))
const VALUE = Buffer.alloc(3000, 1)

/** A file system of its own; null where this process must not mount one. */
function mount(options: string): string | null {
  const directory = mkdtempSync(join(tmpdir(), 'kv-full-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory], { stdio: 'pipe' })
  } catch (err) {
    console.log(
      `no full disk was tried, because nothing can be mounted here: ${(err as Error).message.trim()}`
    )
    return null
  }
  onTestFinished(() => void execFileSync('umount', ['-l', directory]))
  return directory
}

/** Runs until nothing more fits. */
function fill(fn: (i: number) => void): void {
  try {
    for (let i = 0; ; i++) fn(i)
  } catch (err) {
    if ((err as { code?: unknown }).code !== 'ENOSPC') throw err
  }
}

/** What a disk has none of any more: the options of its making, and how that comes about. */
const FULL: Record<string, readonly [string, (directory: string) => void]> = {
  bytes: [
    'size=1m',
    (directory) => fill((i) => writeFileSync(join(directory, `ballast-${i}`), Buffer.alloc(4096)))
  ],
  'entries for files': [
    'size=8m,nr_inodes=64',
    (directory) => fill((i) => writeFileSync(join(directory, `ballast-${i}`), ''))
  ]
}

for (const where of ['many files', 'one file'] as const)
  for (const [what, [options, fillUp]] of Object.entries(FULL))
    test(`a store in ${where} opens for writing on a disk without ${what}, is locked, and is whole`, async () => {
      const directory = mount(options)
      if (directory === null) return
      const store = (): RandomAccessEngine =>
        new RandomAccessEngine(
          where === 'one file'
            ? new RandomAccessFile('one', { directory })
            : (name: string) => new RandomAccessFile(name, { directory })
        )
      const before = store()
      await before.open()
      for (const key of KEYS) await before.batch([{ type: 'put', key, value: VALUE }])
      await before.close()
      if (where === 'many files') writeFileSync(join(directory, 'LOCK'), '') // as an open leaves it that was killed
      fillUp(directory)

      const full = store()
      await full.open()
      expect(await full.getMany(KEYS)).toEqual(KEYS.map(() => VALUE))
      await expect(store().open()).rejects.toMatchObject({ code: 'ELOCKED' })
      await full.close()
      expect(readdirSync(directory).filter((name) => name.endsWith('.holders'))).toEqual([])

      for (const name of readdirSync(directory)) if (name.startsWith('ballast')) rmSync(join(directory, name))
      const again = store()
      await again.open()
      await again.batch([{ type: 'put', key: KEYS[0]!, value: Buffer.from('2') }])
      expect(await again.getMany([KEYS[0]!, KEYS[1]!])).toEqual([Buffer.from('2'), VALUE])
      await again.close()
    })
