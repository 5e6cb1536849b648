import b4a from 'b4a'
import Hypercore from 'hypercore'
import RandomAccessFile from 'random-access-file'
import { describe, expect, test } from 'vitest'
import type { Corestore } from '../../src/index.js'
import { connectOverTcp } from '../kit/connect-over-tcp.js'
import { openStore } from '../kit/open-store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

const KINDS = [
  { kind: 'RocksDB', storage: (directory: string) => directory },
  {
    kind: 'files',
    storage: (directory: string) => (name: string) => new RandomAccessFile(name, { directory })
  }
]

/** Since 11.39, as `count()`; before, purge() throws. The matrix also runs on the oldest Hypercore that is supported. */
const CAN_PURGE = 'count' in Hypercore.prototype

const text = { valueEncoding: 'utf-8' } as const

async function blocks(core: Hypercore<string>): Promise<string[]> {
  const found = []
  for await (const block of core.createReadStream()) found.push(block)
  return found
}

async function stored(store: Corestore): Promise<string[]> {
  const keys = []
  for await (const key of store.list()) keys.push(b4a.toString(key, 'hex'))
  return keys
}

describe.runIf(CAN_PURGE).each(KINDS)(
  'on $kind, core.purge() of Hypercore 11.39 and newer',
  ({ storage }) => {
    test('deletes the core and leaves the others alone, also once the store is opened again', async () => {
      const directory = temporaryDirectory()
      const store = openStore({ lingerMs: 0 }, storage(directory))
      const [log, other] = [store.get({ name: 'log', ...text }), store.get({ name: 'other', ...text })]
      await log.append(['a', 'b'])
      await other.append(['x', 'y'])
      const twin = store.namespace('elsewhere').get({ key: log.key!, ...text })
      await twin.ready()
      const [key, id] = [log.key!, b4a.toString(log.discoveryKey!, 'hex')]

      await log.purge()
      expect([log.closed, twin.closed, store.cores.get(id), store.cores.size]).toEqual([true, true, null, 1])
      expect(await store.storage.hasCore(b4a.from(id, 'hex'))).toBe(false)
      expect(await store.getAuth(id)).toBe(null)
      expect(await stored(store)).toEqual([b4a.toString(other.discoveryKey!, 'hex')])
      expect(await blocks(other)).toEqual(['x', 'y'])

      const again = store.get({ name: 'log', ...text })
      await again.ready()
      expect([again.key, again.length, again.writable]).toEqual([key, 0, true])
      await again.append('new')
      expect(await blocks(again)).toEqual(['new'])
      await again.purge()
      await store.close()

      const reopened = openStore({}, storage(directory))
      expect(await blocks(reopened.get({ name: 'other', ...text }))).toEqual(['x', 'y'])
      const empty = reopened.get({ name: 'log', ...text })
      await empty.ready()
      expect([empty.key, empty.length, empty.writable]).toEqual([key, 0, true])
      await empty.append('once more')
      expect(await blocks(empty)).toEqual(['once more'])
    })

    test('leaves an empty core to whoever gets it in the same turn, by key and by name', async () => {
      const store = openStore({}, storage(temporaryDirectory()))
      const log = store.get({ name: 'log', ...text })
      await log.append(['a', 'b'])
      const key = log.key!
      const purged = log.purge()
      const early = [store.get({ name: 'log', ...text }), store.get({ key, ...text })]
      await purged
      const late = [store.get({ key, ...text }), store.get({ name: 'log', ...text })]
      for (const core of [...early, ...late]) {
        await core.ready()
        expect([core.key, core.length, core.closed]).toEqual([key, 0, false])
      }
      await late[1]!.append('new')
      expect(await early[0]!.get(0)).toBe('new')
      expect(store.cores.size).toBe(1)
    })

    test('closes the sessions that are still opening', async () => {
      const store = openStore({}, storage(temporaryDirectory()))
      const log = store.get({ name: 'log', ...text })
      await log.append('a')
      const opening = [store.get({ name: 'log' }), store.get({ key: log.key! }), log.session()]
      await log.purge()
      for (const session of opening) {
        await session.ready().catch(() => {})
        if (!session.closed) expect(session.length).toBe(0)
      }
      expect(await store.storage.hasCore(log.discoveryKey!)).toBe(opening.some(({ closed }) => !closed))
    })

    test('ends the core on its streams, and the streams go on', async () => {
      const [near, far] = [openStore({}, storage(temporaryDirectory())), openStore()]
      const [log, other] = [near.get({ name: 'log', ...text }), near.get({ name: 'other', ...text })]
      await log.append('a')
      await other.append('x')
      await connectOverTcp(near, far)
      const copy = far.get({ key: log.key!, ...text })
      expect(await copy.get(0)).toBe('a')
      await log.purge()
      expect(await far.get({ key: other.key!, ...text }).get(0)).toBe('x')
      expect(await copy.get(0)).toBe('a') // what others have stays theirs
    })
  }
)

test.runIf(CAN_PURGE)(
  'a name purged, by Hypercore 11.39 and newer, is not made again where it must not be',
  async () => {
    const store = openStore()
    const log = store.get({ name: 'log' })
    await log.append(b4a.from('a'))
    await log.purge()
    const absent = store.get({ name: 'log', createIfMissing: false })
    await expect(absent.ready()).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
  }
)
