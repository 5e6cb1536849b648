import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import type { Hypercore } from '@manycore/hypercore-types'
import { afterEach, describe, expect, test } from 'vitest'
import { connectOverTcp } from '../kit/connect-over-tcp.js'
import { Ours, Stock6, Stock7, type Store } from '../kit/store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

/** A store of each kind, on disk. Stock 6 keys its cores by their public key unless told otherwise. */
const make = {
  ours: () => new Ours(temporaryDirectory()),
  'stock 7': () => new Stock7(temporaryDirectory()),
  'stock 6': () => new Stock6(temporaryDirectory()),
  'stock 6 with manifests': () => new Stock6(temporaryDirectory(), { compat: false, manifestVersion: 1 })
}
type Kind = keyof typeof make

const withEach = (...others: Kind[]): { initiator: Kind; responder: Kind }[] =>
  others.flatMap((other) => [
    { initiator: 'ours', responder: other },
    { initiator: other, responder: 'ours' }
  ])

const undo: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

/** Two connected stores, each once as the one that writes and once as the one that reads. */
async function connected(initiator: Kind, responder: Kind): Promise<[from: Store, to: Store][]> {
  const a = make[initiator]()
  const b = make[responder]()
  undo.push(
    () => a.close(),
    () => b.close(),
    await connectOverTcp(a, b)
  )
  return [
    [a, b],
    [b, a]
  ]
}

describe.each(withEach('stock 7', 'stock 6', 'stock 6 with manifests'))(
  '$initiator connects to $responder:',
  ({ initiator, responder }) => {
    test('several cores that were there before go both ways', async () => {
      const a = make[initiator]()
      const b = make[responder]()
      undo.push(
        () => a.close(),
        () => b.close()
      )
      const names = ['one', 'two', 'three']
      const ofA = await Promise.all(names.map((name) => filled(a, name)))
      const ofB = await Promise.all(names.map((name) => filled(b.namespace('inner'), name)))
      undo.push(await connectOverTcp(a, b))
      await Promise.all([...ofA.map((core) => arrives(core, b)), ...ofB.map((core) => arrives(core, a))])
    })

    test('a core made while connected is found by the other side', async () => {
      for (const [from, to] of await connected(initiator, responder)) {
        await arrives(await filled(from, 'first'), to)
        await arrives(await filled(from, 'second'), to)
      }
    })

    test('blocks appended while connected arrive', async () => {
      for (const [from, to] of await connected(initiator, responder)) {
        const core = await filled(from, 'live')
        const copy = await arrives(core, to)
        const grown = new Promise((resolve) => copy.once('append', () => resolve(undefined)))
        await core.append(block('live', core.length))
        await grown
        expect(await copy.get(core.length - 1)).toEqual(block('live', core.length - 1))
      }
    })

    test('a core that the other side lacks stays empty and holds up nothing', async () => {
      for (const [from, to] of await connected(initiator, responder)) {
        const missing = to.get({ key: crypto.randomBytes(32) })
        await missing.ready()
        await arrives(await filled(from, 'stored'), to)
        expect(missing.length).toBe(0)
        expect(missing.peers).toHaveLength(0)
      }
    })
  }
)

// Hypercore 11.37.1 cannot read an encrypted core that is keyed by its public key:
// `DefaultEncryption._reload()` loses the keys.
describe.each(withEach('stock 7', 'stock 6 with manifests'))(
  '$initiator connects to $responder:',
  ({ initiator, responder }) => {
    test('an encrypted core is read by who has the key', async () => {
      const encryptionKey = b4a.alloc(32, 9)
      for (const [from, to] of await connected(initiator, responder)) {
        const core = from.get({ name: 'secret', encryptionKey })
        await core.append(block('secret', 0))
        expect(await to.get({ key: core.key, encryptionKey }).get(0)).toEqual(block('secret', 0))
      }
    })
  }
)

// Hypercore 10 and 11 sometimes stop asking each other for blocks after a truncation, stock with
// stock as well.
describe.each(withEach('stock 7'))('$initiator connects to $responder:', ({ initiator, responder }) => {
  test('a core cut and written anew replaces its copy', async () => {
    for (const [from, to] of await connected(initiator, responder)) {
      const core = await filled(from, 'forked')
      const copy = await arrives(core, to)
      const cut = new Promise((resolve) => copy.once('truncate', () => resolve(undefined)))
      await core.truncate(2)
      await core.append([block('anew', 2), block('anew', 3)])
      await cut
      expect(copy.fork).toBe(1)
      expect(await copy.get(2)).toEqual(block('anew', 2))
      expect(await copy.get(3)).toEqual(block('anew', 3))
    }
  })
})

const BLOCKS = 20

const block = (name: string, index: number): Uint8Array => b4a.from(`${name} ${index}`)

/** A core of `store` with twenty blocks. */
async function filled(store: Store, name: string): Promise<Hypercore> {
  const core = store.get({ name })
  await core.append(Array.from({ length: BLOCKS }, (_, i) => block(name, i)))
  return core
}

/** Asks `store` for a core by key, and compares every block with the original. */
async function arrives(core: Hypercore, store: Store): Promise<Hypercore> {
  const copy = store.get({ key: core.key })
  await copy.ready()
  expect(copy.writable).toBe(false)
  for (let i = 0; i < core.length; i++) expect(await copy.get(i)).toEqual(await core.get(i))
  expect(copy.length).toBe(core.length)
  return copy
}
