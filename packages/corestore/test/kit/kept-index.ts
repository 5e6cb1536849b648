import b4a from 'b4a'
import { Index, type IndexOptions } from '@manycore/reconcile'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import type { StoredChanges } from '@manycore/replicator'
import { openStorage } from '@manycore/storage-adapters'
import type { StorageInput } from '@manycore/storage-adapters'
import { expect } from 'vitest'
import { Elements, ID_BYTES, VERSION_BYTES } from '../../../replicator/src/mirror/elements.js'
import { readStamp } from '../../../replicator/src/mirror/indexes/stamp.js'
import { STATE_BYTES, writeState } from '../../../replicator/src/mirror/state.js'
import { CoreStates } from '../../src/stored/core-states.js'
import { PEERS } from './known-peers.js'

/** What an index says, by the hex of everything. */
interface Contents {
  readonly size: number
  readonly fingerprint: string
  /** Version by id. */
  readonly versions: ReadonlyMap<string, string>
  /** Discovery key by id. */
  readonly keys: ReadonlyMap<string, string>
}

/** An index that is kept. */
interface Kept extends Contents {
  /** Whether it is of the present epoch. */
  readonly isCurrent: boolean
  /** The ids of what has changed since it was written. */
  readonly changed: ReadonlySet<string>
}

/**
 * Checks what the store at one end of `meet()` keeps of the other, once the store is closed: what has not changed since it was
 * written is as in an index that is made now, and nothing else is in it.
 * @returns how many indexes that are
 */
export async function checkKept(storage: StorageInput): Promise<0 | 1> {
  const { kept, made } = await inspect(storage)
  if (kept === null) return 0
  expect(kept.isCurrent).toBe(true)
  const { changed } = kept
  const others = (map: ReadonlyMap<string, string>): object =>
    new Map([...map].filter(([id]) => !changed.has(id)))
  expect(others(kept.versions)).toEqual(others(made.versions))
  expect(others(kept.keys)).toEqual(others(made.keys))
  expect([...kept.versions.keys()].toSorted()).toEqual([...kept.keys.keys()].toSorted())
  const items = [...kept.versions].map(([id, version]) => ({
    id: b4a.from(id, 'hex'),
    version: b4a.from(version, 'hex')
  }))
  const again = emptyIndex()
  await again.rebuild(items, { stamp: b4a.alloc(0) })
  expect([kept.size, kept.fingerprint]).toEqual([again.size, hex((await again.fingerprint()).fingerprint)])
  if (changed.size === 0) expect([kept.size, kept.fingerprint]).toEqual([made.size, made.fingerprint])
  return 1
}

/** Deletes the index of the peer that is kept, and nothing of what is beside it. */
export async function dropKept(storage: CorestoreStorage): Promise<void> {
  const changes = (await new CoreStates(storage, async () => {}).changes())!
  const { gte: start, lt: end } = rangeOf(changes, 0)
  await changes.engine.batch([{ type: 'delRange', start, end }])
}

/** How many ids are kept of the cores of a store that is closed. */
export async function idsKept(storage: StorageInput): Promise<number> {
  return (await inspect(storage)).kept?.keys.size ?? 0
}

/** What the store at one end of `meet()` keeps of the other, and what an index would have that is made now. The store is closed. */
async function inspect(storage: StorageInput): Promise<{ kept: Kept | null; made: Contents }> {
  const opened = openStorage(storage)
  await opened.ready()
  try {
    const states = new CoreStates(opened, async () => {})
    const made = await make(states)
    return { made, kept: await read((await states.changes())!, made) }
  } finally {
    await opened.close()
  }
}

/** The keys under which an index is kept. @param kind  0 = index, 1 = ids to cores, 2 = cores to ids; default: all */
export function rangeOf({ prefix }: StoredChanges, kind?: number): { gte: Uint8Array; lt: Uint8Array } {
  const start = b4a.concat([prefix, b4a.from([1]), elements.secret.subarray(0, 8)])
  return {
    gte: b4a.concat([start, b4a.from([kind ?? 0])]),
    lt: b4a.concat([start, b4a.from([kind === undefined ? 255 : kind + 1])])
  }
}

/** What is stored under some keys. */
export async function entriesIn(
  { engine }: StoredChanges,
  range: { gte: Uint8Array; lt: Uint8Array }
): Promise<{ key: Uint8Array; value: Uint8Array }[]> {
  const iterator = engine.iterator(range)
  const all: { key: Uint8Array; value: Uint8Array }[] = []
  for (;;) {
    const entries = await iterator.next(1000)
    if (entries.length === 0) break
    all.push(...entries)
  }
  await iterator.close()
  return all
}

const elements = new Elements(PEERS[0]!.publicKey, PEERS[1]!.publicKey)

function emptyIndex(opts: IndexOptions = {}): Index {
  return new Index({ idBytes: ID_BYTES, versionBytes: VERSION_BYTES, secret: elements.secret, ...opts })
}

async function make(states: CoreStates): Promise<Contents> {
  const index = emptyIndex()
  const keys = new Map<string, string>()
  for await (const cores of states.scan()) {
    for (const core of cores) {
      const state = new Uint8Array(STATE_BYTES)
      writeState(state, core)
      const id = elements.idOf(core.key).slice()
      await index.insert(id, elements.versionOf(core.key, state))
      keys.set(hex(id), hex(core.discoveryKey))
    }
  }
  return contents(index, keys)
}

/** @returns null if there is none */
async function read(changes: StoredChanges, made: Contents): Promise<Kept | null> {
  const index = emptyIndex({ engine: changes.engine, prefix: rangeOf(changes, 0).gte })
  await index.ready()
  const stamp = readStamp(index.stamp)
  if (stamp === null) return null
  const keys = new Map<string, string>()
  const byCore = new Map<string, string>()
  for (const { key, value } of await entriesIn(changes, rangeOf(changes, 1)))
    keys.set(hex(key.subarray(-ID_BYTES)), hex(value.subarray(0, 32)))
  for (const { key, value } of await entriesIn(changes, rangeOf(changes, 2)))
    byCore.set(hex(key.subarray(-16)), hex(value))
  if (byCore.size !== keys.size) throw new Error(`${keys.size} ids, ${byCore.size} cores`)
  for (const [id, key] of keys)
    if (byCore.get(key.slice(0, 32)) !== id) throw new Error(`ids differ of ${key}`)
  const to = await changes.checkpoint()
  const isCurrent = b4a.equals(stamp.epoch, to.epoch)
  const ids = new Map([...made.keys, ...keys].map(([id, key]) => [key, id]))
  const changed = new Set<string>()
  if (isCurrent)
    for await (const entries of changes.since(stamp, to))
      for (const { discoveryKey } of entries) changed.add(ids.get(hex(discoveryKey)) ?? hex(discoveryKey))
  return { ...(await contents(index, keys)), isCurrent, changed }
}

async function contents(index: Index, keys: ReadonlyMap<string, string>): Promise<Contents> {
  const versions = new Map<string, string>()
  for await (const { id, version } of index.iterator()) versions.set(hex(id), hex(version))
  const { fingerprint } = await index.fingerprint()
  return { size: index.size, fingerprint: hex(fingerprint), versions, keys }
}

function hex(bytes: Uint8Array): string {
  return b4a.toString(bytes, 'hex')
}
