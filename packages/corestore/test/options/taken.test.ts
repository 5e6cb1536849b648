import { EventEmitter } from 'node:events'
import { MemoryEngine } from '@manycore/kv'
import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { describe, expect, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { openStore } from '../kit/open-store.js'

const key = crypto.randomBytes(32)

describe('every option is taken by Hypercore', () => {
  test('of the constructor', async () => {
    const globalCache = { put() {}, get() {} }
    const opts = { id: 'me', wait: true, allowBackup: true, treeCache: { maxSize: 16 }, globalCache }
    const store = openStore(opts)
    await store.get({ name: 'a' }).append(b4a.from('x'))
    expect(store.globalCache).toBe(globalCache)
    const { id, wait, allowBackup } = store.storage as unknown as typeof opts
    expect({ id, wait, allowBackup }).toEqual({ id: 'me', wait: true, allowBackup: true })
  })

  test('a core as the options of get() gives another session of it, which reads and writes as it does', async () => {
    const store = openStore()
    const core = store.get<string>({ name: 'a', encryptionKey: key, valueEncoding: 'utf-8' })
    expect(() => store.get(core as never)).toThrow('await core.ready() first?')
    await core.append('x')
    const again = store.get<string>(core as never)
    expect(again.key).toEqual(core.key)
    await again.append('y')
    expect([again.core === core.core, await again.get(0), await core.get(1)]).toEqual([true, 'x', 'y'])
    expect(await store.get<string>({ preload: async () => core as never }).get(1)).toBe('y')
  })

  test('null is no options, and a preload may give null', async () => {
    const store = openStore({}, new MemoryEngine())
    for (const one of [store.session(null as never), store.namespace('a', null as never)]) await one.ready()
    await store.get({ name: 'a', preload: Promise.resolve(null as never) }).ready()
    for await (const row of store.audit(null as never)) expect(row.audit).not.toBe(null)
    await store.suspend(null as never)
    await store.resume()
    store.replicate(true, null as never).destroy()
    await new Corestore(new MemoryEngine(), null as never).close()
  })

  test('a connection and the PeerInfo that Hyperswarm passes beside it go to replicate() as they are', async () => {
    const store = openStore({}, new MemoryEngine())
    const swarm = new EventEmitter()
    swarm.on('connection', store.replicate.bind(store) as never)
    class PeerInfo extends EventEmitter {
      readonly publicKey = key
      readonly topics = []
      priority = 1
    }
    const stream = openStore({}, new MemoryEngine()).replicate(false)
    swarm.emit('connection', stream, new PeerInfo())
    expect(store.streamTracker.records).toHaveLength(1)
    class Options extends PeerInfo {
      keepAlive = 'long'
    }
    expect(() => store.replicate(true, new Options() as never)).toThrow('keepAlive must be')
    stream.destroy()
  })

  test('live and keepAlive: true of replicate() say what is so anyway', () => {
    const store = openStore({}, new MemoryEngine())
    const stream = store.replicate(true, { live: true, keepAlive: true })
    expect(stream.noiseStream.keepAlive).toBe(5000)
    expect(store.replicate(stream, { live: true })).toBe(stream)
    stream.destroy()
  })

  test('of get(), for the session', async () => {
    const store = openStore()
    const waited: number[] = []
    const onwait = (index: number): void => void waited.push(index)
    const core = store.get({
      name: 'a',
      active: false,
      exclusive: true,
      wait: false,
      timeout: 7,
      onwait,
      pushOnly: true
    })
    await core.ready()
    const inside = core as unknown as { _active: boolean; exclusive: boolean; wait: boolean; timeout: number }
    expect(inside).toMatchObject({ _active: false, exclusive: true, wait: false, timeout: 7 })
    expect(core.core!.replicator).toMatchObject({ pushOnly: true })
    expect(await core.get(0)).toBe(null)
    await expect(core.get(0, { wait: true, timeout: 1 })).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' })
    expect(waited).toEqual([0])
  })

  test('of get(), for the core', async () => {
    const store = openStore()
    const globalCache = { put() {}, get() {} }
    const core = store.get({
      name: 'a',
      allowFork: false,
      allowPush: true,
      allowLatestBlock: true,
      inflightRange: [3, 5],
      legacy: true,
      globalCache
    })
    await core.ready()
    expect(core.core).toMatchObject({ globalCache, _legacy: true })
    expect(core.core!.replicator).toMatchObject({
      allowFork: false,
      allowPush: true,
      inflightRange: [3, 5],
      _alwaysLatestBlockEnabled: true
    })
  })

  test('overwrite discards what is stored', async () => {
    const store = openStore({ lingerMs: 0 })
    const core = store.get({ name: 'a' })
    await core.append(b4a.from('x'))
    const left = new Promise((resolve) => store.once('core-close', resolve))
    await core.close()
    await left
    const again = store.get({ name: 'a', overwrite: true, force: true })
    await again.ready()
    expect(again.length).toBe(0)
  })

  test('isBlockKey means the block key itself', async () => {
    const store = openStore()
    const core = store.get({ name: 'a', encryptionKey: key, isBlockKey: true })
    await core.append(b4a.from('plain'))
    const same = store.get({ name: 'a', encryption: { key, block: true } })
    expect(b4a.toString((await same.get(0)) as Uint8Array)).toBe('plain')
  })
})
