import b4a from 'b4a'
import Hypercore from 'hypercore'
import { MemoryEngine } from '@manycore/kv'
import { openStorage } from '@manycore/storage-adapters'
import { expect, test, vi } from 'vitest'
import { Corestore } from '../../../../src/index.js'
import { CoreStates } from '../../../../src/stored/core-states.js'
import { checkKept, entriesIn, rangeOf } from '../../../kit/kept-index.js'
import { append, blocks } from '../../../kit/mirrors.js'
import { level, meet } from '../../../kit/known-peers.js'

const OPTIONS = { primaryKey: b4a.alloc(32, 1), unsafe: true, lingerMs: 0, mirror: true } as const
const CORES = 100

/** Since 11.39, as `count()`; before, purge() throws. The matrix also runs on the oldest Hypercore that is supported. */
const CAN_PURGE = 'count' in Hypercore.prototype

const scans = vi.spyOn(CoreStates.prototype, 'scan')

interface Entry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Which records are damaged, by the kind that `rangeOf()` takes, and the byte behind the prefix of an index; and how. */
const DAMAGES: Record<string, { kind: number; part?: number; damage(entry: Entry): Entry[] }> = {
  'the heads': { kind: 0, part: 0, damage: ({ key, value }) => [{ key, value: flipped(value, 3) }] },
  'the stamp of an index': {
    kind: 0,
    part: 0,
    damage: ({ key, value }) => [{ key, value: flipped(value, -12) }]
  },
  'all nodes': { kind: 0, part: 1, damage: ({ key, value }) => [{ key, value: flipped(value, 9) }] },
  'the numbers of nodes': {
    kind: 0,
    part: 1,
    damage: ({ key, value }) => [{ key: flipped(key, -1, 128), value }]
  },
  'the first byte of each discovery key': {
    kind: 1,
    damage: ({ key, value }) => [{ key, value: flipped(value, 0) }]
  },
  'a later byte of each discovery key': {
    kind: 1,
    damage: ({ key, value }) => [{ key, value: flipped(value, 20) }]
  },
  'the checksums of discovery keys': {
    kind: 1,
    damage: ({ key, value }) => [{ key, value: flipped(value, -1) }]
  },
  'the ids that lead to discovery keys': {
    kind: 1,
    damage: ({ key, value }) => [{ key: flipped(key, -1, 255), value }]
  },
  'discovery keys, which are cut off': {
    kind: 1,
    damage: ({ key, value }) => [{ key, value: value.subarray(0, 3) }]
  },
  'discovery keys, which are gone': { kind: 1, damage: () => [] },
  'the ids of cores': { kind: 2, damage: ({ key, value }) => [{ key, value: flipped(value, 5) }] }
}

test.each(Object.keys(DAMAGES))(
  'damaged: %s; the index is made anew, and the stream goes on',
  async (name) => {
    const engines = [0, 1].map(() => new MemoryEngine({ reusable: true }))
    const open = (i: 0 | 1): Corestore => new Corestore(engines[i]!, OPTIONS)
    for (const i of [0, 1] as const) {
      const store = open(i)
      await store.ready()
      for (let n = 0; n < CORES; n++) await append(store, `core ${n}`, 'first')
      await store.close()
    }
    const before = [open(0), open(1)] as const
    await (meet(before), level(before))
    await Promise.all(before.map((store) => store.close()))
    await expect(checkKept(engines[0]!)).resolves.toBe(1)

    await damaged(engines[0]!, name)
    const after = [open(0), open(1)] as const
    const errors: unknown[] = []
    for (const store of after) store.replicator.on('core-error', (err: unknown) => errors.push(err))
    await append(after[0], 'core 2', 'here')
    await append(after[1], 'core 3', 'there')
    // Only a deletion needs the ids of cores; and it finds whatever is wrong with a discovery key.
    const isPurged = CAN_PURGE && name === 'the ids of cores'
    if (isPurged) await purge(after[0], 'core 4')
    scans.mockClear()
    await (meet(after), level(after))
    if (isPurged || name !== 'the ids of cores') expect(scans).toHaveBeenCalledTimes(1)
    for (const store of after) {
      expect(await blocks(store, 'core 2')).toEqual(['first', 'here'])
      expect(await blocks(store, 'core 3')).toEqual(['first', 'there'])
    }
    expect(errors).toEqual([])
    await Promise.all(after.map((store) => store.close()))
    for (const engine of engines) expect(await checkKept(engine)).toBe(1)
  }
)

/** Damages all records of a kind in what is stored. */
async function damaged(engine: MemoryEngine, name: string): Promise<void> {
  const { kind, part, damage } = DAMAGES[name]!
  const storage = openStorage(engine)
  await storage.ready()
  const changes = (await new CoreStates(storage, async () => {}).changes())!
  const range = rangeOf(changes, kind)
  const at = range.gte.byteLength
  const entries = (await entriesIn(changes, range)).filter(
    ({ key }) => part === undefined || key[at] === part
  )
  expect(entries.length).toBeGreaterThan(0)
  await changes.engine.batch([
    ...entries.map(({ key }) => ({ type: 'del' as const, key: b4a.from(key) })),
    ...entries
      .flatMap(damage)
      .map(({ key, value }) => ({ type: 'put' as const, key: b4a.from(key), value: b4a.from(value) }))
  ])
  await storage.close()
}

/** @param at  which byte; from the end if it is negative */
function flipped(bytes: Uint8Array, at: number, by = 1): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[(at + copy.byteLength) % copy.byteLength]! ^= by
  return copy
}

async function purge(store: Corestore, name: string): Promise<void> {
  const core = store.get({ name }) as unknown as Hypercore & { purge(): Promise<void> }
  await core.ready()
  await core.purge()
}
