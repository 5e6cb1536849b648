import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { once } from 'node:events'
import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { expect, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { openStore } from '../kit/open-store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

const require = createRequire(import.meta.url)

/**
 * The store refuses to open with this code, and so does every core of it; nothing stays locked, and once
 * the cause is gone it opens.
 */
async function refused(directory: string, code: string, repair: () => unknown): Promise<void> {
  const store = new Corestore(directory)
  const cores = [store.get({ name: 'a' }), store.get(crypto.randomBytes(32))]
  await expect(store.ready()).rejects.toMatchObject({ code })
  for (const core of cores) await expect(core.ready()).rejects.toMatchObject({ code })
  expect(() => store.get({ name: 'b' })).toThrow(expect.objectContaining({ code: 'SESSION_CLOSED' }))
  await store.close()
  await repair()
  await openStore({}, directory).get({ name: 'a' }).append(b4a.from('x'))
}

test('of two stores with primary keys of their own on one directory the first in the turn gets it', async () => {
  for (let i = 0; i < 5; i++) {
    const directory = temporaryDirectory()
    const stores = [1, 2].map((byte) =>
      openStore({ primaryKey: b4a.alloc(32, byte), unsafe: true }, directory)
    )
    const [first, second] = await Promise.allSettled(stores.map((store) => store.ready()))
    expect([first, second]).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'ELOCKED' } }])
  }
})

test('a path that is a file', async () => {
  const path = join(temporaryDirectory(), 'file')
  writeFileSync(path, 'x')
  await refused(path, 'STORAGE_UNREADABLE', () => rmSync(path))
})

test('a directory of somebody else’s files, which stay where they are', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'diary.txt'), 'dear diary')
  await refused(directory, 'STORAGE_FOREIGN_FILES', () => {
    expect(readdirSync(directory)).toEqual(['diary.txt'])
    rmSync(join(directory, 'diary.txt'))
  })
})

test('a directory without permission', async () => {
  const directory = temporaryDirectory()
  chmodSync(directory, 0o777)
  const inner = join(directory, 'inner')
  mkdirSync(inner, { mode: 0o000 })
  // Permissions do not bind root: become somebody else for the attempt.
  const isRoot = process.geteuid!() === 0
  if (isRoot) process.seteuid!(65534)
  try {
    await refused(inner, 'STORAGE_UNREADABLE', () => {
      if (isRoot) process.seteuid!(0)
      chmodSync(inner, 0o777)
    })
  } finally {
    if (isRoot) process.seteuid!(0)
  }
})

test('a store that another process holds, and its holder goes on undisturbed', async () => {
  const directory = temporaryDirectory()
  const holder = spawn(
    process.execPath,
    [
      '-e',
      `new (require('corestore'))(process.argv[1]).ready().then(() => console.log('open')); process.stdin.resume()`,
      directory
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], cwd: import.meta.dirname }
  )
  await once(holder.stdout, 'data')
  await refused(directory, 'ELOCKED', async () => {
    expect(holder.exitCode).toBe(null)
    holder.kill('SIGKILL')
    await once(holder, 'close')
  })
})

test('a store of a newer version', async () => {
  const directory = temporaryDirectory()
  await setVersion(directory, 3)
  await refused(directory, 'STORAGE_VERSION', () => setVersion(directory, 2))
})

/** Writes the version of the layout as hypercore-storage stores it: first byte of the head. */
async function setVersion(directory: string, version: number): Promise<void> {
  const HypercoreStorage = require('hypercore-storage')
  const { store: keys } = require('hypercore-storage/lib/keys.js')
  const storage = new HypercoreStorage(directory)
  storage.version = 2 // so that it opens whatever version it holds
  if (version === 3) {
    storage.version = 0
    await storage.setSeed(b4a.alloc(32, 7))
  }
  await storage.db.ready()
  const head = await storage.db.get(keys.head())
  head[0] = version
  await storage.db.put(keys.head(), head)
  await storage.close()
}
