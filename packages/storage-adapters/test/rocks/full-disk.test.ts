import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import Hypercore from 'hypercore'
import { expect, onTestFinished, test } from 'vitest'
import { openStorage } from '../../src/index.js'
import { failure, temporary } from '../temporary.js'

/** A file system of its own; null where this process must not mount one. */
function mountSmall(): string | null {
  const directory = temporary()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', directory], { stdio: 'pipe' })
  } catch (err) {
    console.log(
      `no full disk was tried, for nothing can be mounted here: ${String((err as Error).message).trim()}`
    )
    return null
  }
  onTestFinished(() => void execFileSync('umount', ['-l', directory]))
  return directory
}

test('a full disk: the error says that nothing is lost and what to do, and with room the store opens', async () => {
  const disk = mountSmall()
  if (disk === null) return
  const open = () => new Hypercore<string>(openStorage(`${disk}/store`), { valueEncoding: 'utf-8' })
  const core = open()
  await core.append(['one', 'two'])
  await core.close()

  fill(`${disk}/ballast`)
  const storage = openStorage(`${disk}/store`)
  const err = await failure(storage.ready())
  expect(err).toMatchObject({ code: 'STORAGE_UNREADABLE' })
  expect(err.message).toContain(`the disk of the store at ${disk}/store is full`)
  expect(err.message).toContain('Nothing is lost: make room there and open the store again')
  await storage.close()

  fs.unlinkSync(`${disk}/ballast`)
  const again = open()
  expect([await again.get(0), await again.get(1)]).toEqual(['one', 'two'])
  await again.close()
})

/** Until not one byte more fits. */
function fill(file: string): void {
  const fd = fs.openSync(file, 'w')
  for (const size of [1 << 20, 4096, 1]) {
    try {
      for (;;) fs.writeSync(fd, Buffer.alloc(size))
    } catch (err) {
      if ((err as { code?: string }).code !== 'ENOSPC') throw err
    }
  }
  fs.closeSync(fd)
}
