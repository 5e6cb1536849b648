import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import b4a from 'b4a'
import Hypercore from 'hypercore'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Keychain } from '../src/index.js'
import { Corestore6, Corestore7, type StockCorestore } from './stock.js'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'manycore-keychain-'))
})

afterEach(async () => {
  await rm(dir, { recursive: true, force: true })
})

const hex = (bytes: Uint8Array | null): string => b4a.toString(bytes!, 'hex')

/** The key of 'log' in namespace a → b, and in the root, of a corestore; closed afterwards. */
async function stockKeys(store: StockCorestore): Promise<string[]> {
  const cores = [store.get({ name: 'log' }), store.namespace('a').namespace('b').get({ name: 'log' })]
  for (const core of cores) await core.ready()
  const keys = cores.map((core) => hex(core.key))
  await store.close()
  return keys
}

/** The same from plain Hypercores, each of which must be able to write and to be read again. */
async function plainKeys(keychain: Keychain, manifestVersion?: number): Promise<string[]> {
  const keys = []
  for (const [i, one] of [keychain, keychain.namespace('a').namespace('b')].entries()) {
    const path = join(dir, `plain-${i}`)
    const core = new Hypercore(path, one.coreOptions('log', { manifestVersion }))
    await core.append(b4a.from('hello'))
    await core.close()

    const again = new Hypercore(path, core.key)
    expect(await again.get(0)).toEqual(b4a.from('hello'))
    expect(again.manifest!.version).toBe(manifestVersion ?? 1)
    keys.push(hex(again.key))
    await again.close()
  }
  return keys
}

describe('a plain Hypercore with coreOptions() has the key that npm Corestore gives', () => {
  const keychain = Keychain.generate()
  const { primaryKey } = keychain

  test.each([undefined, 1, 2, 3])('7, manifest version %s', async (manifestVersion) => {
    const store = new Corestore7(join(dir, 'stock'), { primaryKey, unsafe: true, manifestVersion })
    expect(await plainKeys(keychain, manifestVersion)).toEqual(await stockKeys(store))
  })

  test.each([0, 1])('6 without compat, manifest version %s', async (manifestVersion) => {
    const store = new Corestore6(join(dir, 'stock'), { primaryKey, compat: false, manifestVersion })
    expect(await plainKeys(keychain, manifestVersion)).toEqual(await stockKeys(store))
  })
})

test("Corestore 6's default, a core without manifest, is a Hypercore of the bare key pair", async () => {
  const keychain = Keychain.generate()
  const store = new Corestore6(join(dir, 'stock'), { primaryKey: keychain.primaryKey })
  const keyPair = keychain.createKeyPair('log')
  const core = new Hypercore(join(dir, 'plain'), { keyPair, compat: true })
  await core.append(b4a.from('hello'))
  expect(hex(core.key)).toBe((await stockKeys(store))[0])
  expect(hex(core.key)).toBe(hex(keyPair.publicKey))
  await core.close()
})
