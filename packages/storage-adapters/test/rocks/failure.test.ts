import fs from 'node:fs'
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { RocksEngine, openStorage, type OpenStorageOptions } from '../../src/index.js'
import { openElsewhere } from './other-process.js'
import { asOrdinaryUser, failure, openFiles, temporary, tree } from '../temporary.js'

const { store: keys } = createRequire(import.meta.url)('hypercore-storage/lib/keys.js') as {
  store: { head(): Uint8Array }
}

interface Case {
  /** what is done to a good store in this directory */
  spoil(directory: string): void | Promise<void>
  /** opened with; default none */
  opts?: OpenStorageOptions
  code: string
  /** the code of the cause */
  cause?: string
  /** what the message says beside the path */
  says?: string
}

const CASES: Record<string, Case> = {
  'a file in place of the directory': {
    spoil: (directory) => {
      fs.rmSync(directory, { recursive: true })
      fs.writeFileSync(directory, 'not a directory')
    },
    code: 'STORAGE_UNREADABLE',
    cause: 'ENOTDIR'
  },
  'a file in place of db/': {
    spoil: (directory) => {
      fs.rmSync(`${directory}/db`, { recursive: true })
      fs.writeFileSync(`${directory}/db`, 'not a directory')
    },
    code: 'STORAGE_UNREADABLE',
    says: 'file already exists'
  },
  'a directory in place of CORESTORE': {
    spoil: (directory) => {
      fs.rmSync(`${directory}/CORESTORE`)
      fs.mkdirSync(`${directory}/CORESTORE`)
    },
    code: 'STORAGE_UNREADABLE',
    cause: 'EISDIR'
  },
  'no permission for the directory': {
    spoil: (directory) => fs.chmodSync(directory, 0),
    code: 'STORAGE_UNREADABLE',
    cause: 'EACCES'
  },
  'no permission to write into db/': {
    spoil: (directory) => fs.chmodSync(`${directory}/db`, 0o555),
    code: 'STORAGE_UNREADABLE',
    says: 'Permission denied'
  },
  'no permission for one file of RocksDB': {
    spoil: (directory) => fs.chmodSync(`${directory}/db/CURRENT`, 0),
    code: 'STORAGE_UNREADABLE',
    says: 'Permission denied'
  },
  'no permission for a sorted file': {
    spoil: (directory) => fs.chmodSync(find(directory, '.sst'), 0),
    code: 'STORAGE_UNREADABLE',
    says: 'Permission denied'
  },
  'read-only without permission': {
    spoil: (directory) => fs.chmodSync(`${directory}/db`, 0),
    opts: { readOnly: true },
    code: 'STORAGE_UNREADABLE',
    cause: 'EACCES'
  },
  'garbage in CURRENT': {
    spoil: (directory) => fs.writeFileSync(`${directory}/db/CURRENT`, 'garbage'),
    code: 'STORAGE_CORRUPT',
    says: 'CURRENT'
  },
  'CURRENT is gone': {
    spoil: (directory) => fs.rmSync(`${directory}/db/CURRENT`),
    code: 'STORAGE_CORRUPT'
  },
  'garbage in the manifest': {
    spoil: (directory) => fs.writeFileSync(find(directory, 'MANIFEST'), 'garbage'.repeat(40)),
    code: 'STORAGE_CORRUPT',
    says: 'MANIFEST'
  },
  'the manifest is gone': {
    spoil: (directory) => fs.rmSync(find(directory, 'MANIFEST')),
    code: 'STORAGE_CORRUPT',
    says: 'MANIFEST'
  },
  'a sorted file is gone': {
    spoil: (directory) => fs.rmSync(find(directory, '.sst')),
    code: 'STORAGE_CORRUPT',
    says: '.sst'
  },
  'a sorted file is cut': {
    spoil: (directory) => fs.truncateSync(find(directory, '.sst'), 100),
    code: 'STORAGE_CORRUPT',
    says: '.sst'
  },
  'damage, opened read-only': {
    spoil: (directory) => fs.writeFileSync(`${directory}/db/CURRENT`, 'garbage'),
    opts: { readOnly: true },
    code: 'STORAGE_CORRUPT'
  },
  'a device file of another machine': {
    spoil: (directory) => {
      const file = `${directory}/CORESTORE`
      const text = fs.readFileSync(file, 'utf8')
      fs.writeFileSync(file, text.replace(/device\/platform=.*/, 'device/platform=plan9'))
    },
    code: 'DEVICE_FILE',
    cause: 'DEVICE_FILE',
    says: 'different platform'
  },
  'a store of a newer version': {
    spoil: (directory) => setVersion(directory, 3),
    code: 'STORAGE_VERSION'
  },
  'a store of a newer version, read-only': {
    spoil: (directory) => setVersion(directory, 3),
    opts: { readOnly: true },
    code: 'STORAGE_VERSION'
  },
  'nothing there to read': {
    spoil: (directory) => fs.rmSync(directory, { recursive: true }),
    opts: { readOnly: true },
    code: 'STORAGE_EMPTY'
  },
  'an empty directory to read': {
    spoil: (directory) => {
      fs.rmSync(directory, { recursive: true })
      fs.mkdirSync(directory)
    },
    opts: { readOnly: true },
    code: 'STORAGE_EMPTY'
  }
}

for (const [name, { spoil, opts = {}, code, cause, says = '' }] of Object.entries(CASES)) {
  test(`${name}: ${code}, and once repaired it opens, here and in another process`, async () => {
    const root = temporary()
    const directory = `${root}/store`
    const backup = `${root}/backup`
    await asOrdinaryUser(async () => {
      await writeStore(directory)
      fs.cpSync(directory, backup, { recursive: true })
      await spoil(directory)

      const err = await failure(openStorage(directory, opts).ready())
      expect(err).toMatchObject({ name: 'StorageError', code })
      expect(err.message).toContain(directory)
      expect(err.message).toContain(says)
      expect(err.message.startsWith(`${code}: `)).toBe(true)
      if (cause !== undefined) expect(err.cause).toMatchObject({ code: cause })
      expect(openFiles(root)).toEqual([])

      repair(directory, backup)
      const repaired = openStorage(directory, { allowBackup: true })
      expect((await repaired.getSeed())![0]).toBe(7)
      await repaired.close()
    })
    expect(openFiles(root)).toEqual([])
    expect(await openElsewhere(directory, { allowBackup: true })).toBe('ok')
  })
}

test('a failed open changes nothing in a directory that it may not open', async () => {
  const directory = `${temporary()}/store`
  await openStorage(`${directory}/a`, { readOnly: true })
    .ready()
    .catch(() => {})
  expect(fs.existsSync(directory)).toBe(false)

  await writeStore(directory)
  fs.writeFileSync(`${directory}/CORESTORE`, 'device/platform=plan9\n')
  const before = tree(directory)
  await failure(openStorage(directory).ready())
  expect(tree(directory)).toEqual(before)
})

test('an empty CORESTORE, left by a process that died or had no disk space, is written anew', async () => {
  const directory = temporary()
  await writeStore(directory)
  fs.truncateSync(`${directory}/CORESTORE`)
  expect(await openElsewhere(directory)).toContain('moved unsafely') // stock, for ever

  const storage = openStorage(directory)
  expect((await storage.getSeed())![0]).toBe(7)
  await storage.close()
  expect(await openElsewhere(directory)).toBe('ok')
})

test('a disk that is full while CORESTORE is written: coded, the lock is free, and it opens with space', async () => {
  const directory = temporary()
  const write = fs.write
  fs.write = ((...args: unknown[]) => {
    const err = new Error('ENOSPC: no space left on device, write')
    ;(args.at(-1) as (err: Error) => void)(Object.assign(err, { code: 'ENOSPC', syscall: 'write' }))
  }) as never
  const err = await failure(openStorage(directory).ready()).finally(() => (fs.write = write))
  expect(err).toMatchObject({ code: 'STORAGE_UNREADABLE', cause: { code: 'ENOSPC' } })
  expect(openFiles(directory)).toEqual([])

  const storage = openStorage(directory)
  await storage.ready()
  await storage.close()
  expect(await openElsewhere(directory)).toBe('ok')
})

test('100 failed opens leave no file open and no storage in memory', async () => {
  const directory = temporary()
  await writeStore(directory)
  fs.writeFileSync(`${directory}/db/CURRENT`, 'garbage')
  const storages: WeakRef<object>[] = []
  const open = async () => {
    const storage = openStorage(directory)
    storages.push(new WeakRef(storage))
    await failure(storage.ready())
  }
  for (let i = 0; i < 100; i++) await open()
  expect(openFiles(directory)).toEqual([])

  await collectGarbage()
  expect(storages.filter((storage) => storage.deref() !== undefined)).toEqual([])
})

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setImmediate(resolve)) // a WeakRef lives until its turn ends
    gc()
  }
}

async function writeStore(directory: string): Promise<void> {
  const storage = openStorage(directory)
  await storage.setSeed(new Uint8Array(32).fill(7))
  await storage.flush() // so that there is a sorted file
  await storage.close()
}

async function setVersion(directory: string, version: number): Promise<void> {
  const engine = new RocksEngine(`${directory}/db`)
  await engine.open()
  const [head] = await engine.getMany([keys.head()])
  head![0] = version
  await engine.batch([{ type: 'put', key: keys.head(), value: head! }])
  await engine.close()
}

function find(directory: string, part: string): string {
  const name = fs.readdirSync(`${directory}/db`).find((file) => file.includes(part))
  return `${directory}/db/${name}`
}

function repair(directory: string, backup: string): void {
  for (const path of [directory, `${directory}/db`]) {
    if (fs.existsSync(path)) fs.chmodSync(path, 0o755)
  }
  fs.rmSync(directory, { recursive: true, force: true })
  fs.cpSync(backup, directory, { recursive: true })
}
