import fs from 'node:fs'
import { createRequire } from 'node:module'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { openStorage } from '../../src/index.js'
import { openElsewhere } from './other-process.js'
import { failure, openFiles, temporary } from '../temporary.js'

interface Store6 {
  readonly primaryKey: Uint8Array
  ready(): Promise<void>
  get(opts: { name: string }): {
    readonly discoveryKey: Uint8Array
    append(blocks: string[]): Promise<unknown>
  }
  close(): Promise<void>
}

const Corestore6 = createRequire(import.meta.url)('corestore6') as new (directory: string) => Store6

const NAMESPACE = new Uint8Array(32)

test('a Corestore 6 directory is migrated: primary key, names and blocks', async () => {
  const directory = temporary()
  const { primaryKey, cores } = await writeCorestore6(directory, ['a', 'b'])

  const storage = openStorage(directory)
  expect(hex(await storage.getSeed())).toBe(primaryKey)
  for (const { name, discoveryKey } of cores) {
    expect(await storage.hasCore(discoveryKey)).toBe(true)
    expect(hex(await storage.getAlias({ name, namespace: NAMESPACE }))).toBe(hex(discoveryKey))
  }
  await storage.close()
  expect(fs.existsSync(`${directory}/primary-key`)).toBe(false)

  for (const { name, discoveryKey } of cores) {
    const blocks = [0, 1, 2].map((i) => `${name} ${i}`)
    for (const more of [`${name} 3`, `${name} 4`]) {
      const core = open(directory, discoveryKey)
      const read: unknown[] = []
      await core.ready()
      for await (const block of core.createReadStream()) read.push(block)
      expect(read).toEqual(blocks)
      await core.append(more)
      blocks.push(more)
      await core.close()
    }
  }
  expect(openFiles(directory)).toEqual([])
  expect(await openElsewhere(directory)).toBe('ok')
})

test('a Corestore 6 directory without cores keeps its primary key', async () => {
  const directory = temporary()
  const { primaryKey } = await writeCorestore6(directory, [])
  const storage = openStorage(directory)
  expect(hex(await storage.getSeed())).toBe(primaryKey)
  await storage.close()
})

test('a Corestore 6 directory opened read-only is refused with the reason, and not touched', async () => {
  const directory = temporary()
  await writeCorestore6(directory, ['a'])
  const before = fs.readdirSync(directory)
  const err = await failure(openStorage(directory, { readOnly: true }).ready())
  expect(err).toMatchObject({ code: 'STORAGE_EMPTY' })
  expect(err.message).toContain('converted when it is opened for writing')
  expect(fs.readdirSync(directory)).toEqual(before)
})

test('a store marked for recovery opens, and marks its cores', async () => {
  const directory = temporary()
  const core = new Hypercore(openStorage(directory))
  await core.append('block')
  const discoveryKey = core.discoveryKey!
  await core.close()
  fs.writeFileSync(`${directory}/db/RECOVERING`, '')

  const storage = openStorage(directory)
  const info = await storage.getInfo(discoveryKey)
  expect(info!.hints!.recovering).toBeGreaterThan(0)
  await storage.close()
  expect(fs.existsSync(`${directory}/db/RECOVERING`)).toBe(false)
})

function open(directory: string, discoveryKey: Uint8Array) {
  return new Hypercore<string>(openStorage(directory), null, { discoveryKey, valueEncoding: 'utf-8' })
}

async function writeCorestore6(directory: string, names: string[]) {
  const store = new Corestore6(directory)
  await store.ready()
  const cores: { name: string; discoveryKey: Uint8Array }[] = []
  for (const name of names) {
    const core = store.get({ name })
    await core.append([0, 1, 2].map((i) => `${name} ${i}`))
    cores.push({ name, discoveryKey: core.discoveryKey })
  }
  const primaryKey = hex(store.primaryKey)
  await store.close()
  return { primaryKey, cores }
}

function hex(bytes: Uint8Array | null): string {
  return Buffer.from(bytes!).toString('hex')
}
