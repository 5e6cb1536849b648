import { existsSync } from 'node:fs'
import { join } from 'node:path'
import HypercoreStorage from 'hypercore-storage'
import RandomAccessFile from 'random-access-file'
import { MemoryEngine } from '@manycore/kv'
import { MemoryLevel } from 'memory-level'
import { afterEach, expect, test } from 'vitest'
import { RocksEngine, openStorage } from '../../src/index.js'
import { temporary } from '../temporary.js'

// That the storages which are named here do run on Bun and Deno is seen by the smoke of `npm run test:matrix`.
const runtimes = globalThis as { Bun?: unknown; Deno?: unknown }

afterEach(() => {
  delete runtimes.Bun
  delete runtimes.Deno
})

for (const runtime of ['Bun', 'Deno'] as const) {
  test(`${runtime}, whose process RocksDB would end, is told so before anything is opened, and what works there`, async () => {
    const directory = join(temporary(), 'store')
    const rocks = new HypercoreStorage(directory) as never
    runtimes[runtime] = {}
    const refusal = {
      code: 'STORAGE_UNSUPPORTED',
      message: expect.stringMatching(
        new RegExp(
          `^STORAGE_UNSUPPORTED: ${runtime} cannot open .*random-access-file.*MemoryEngine.*abstract-level`
        )
      )
    }
    expect(() => openStorage(directory)).toThrow(expect.objectContaining(refusal))
    expect(() => openStorage(directory, { readOnly: true })).toThrow(expect.objectContaining(refusal))
    expect(() => openStorage(rocks)).toThrow(expect.objectContaining(refusal))
    await expect(new RocksEngine(directory).open()).rejects.toMatchObject(refusal)
    expect(existsSync(directory)).toBe(false)
  })
}

test('what works on Bun and Deno is not refused there', async () => {
  const directory = temporary()
  runtimes.Bun = {}
  const files = (name: string): RandomAccessFile => new RandomAccessFile(name, { directory })
  for (const storage of [new MemoryEngine(), new MemoryLevel(), files]) {
    const opened = openStorage(storage as never)
    await opened.ready()
    expect(openStorage(opened)).toBe(opened)
    await opened.close()
  }
})
