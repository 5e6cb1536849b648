import { Index } from '../../src/index.js'
import type { Difference, IndexOptions, Item } from '../../src/index.js'

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

/** A set as the tests think of it: id → version, both in hex. */
export type Model = Map<string, string>

/** @returns `length` bytes, from a function that gives integers in `[0, n)` */
export function randomBytes(random: (n: number) => number, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256))
}

/** Random ids; some of them differ from another one in their last bytes only. */
export function randomIds(random: (n: number) => number, count: number, idBytes: number): string[] {
  const ids: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    const id = randomBytes(random, idBytes)
    const near = ids[random(4 * (i + 1))]
    if (near) id.set(near.subarray(0, random(idBytes)))
    ids.push(id)
  }
  return [...new Set(ids.map(hex))]
}

export function itemsOf(model: Model): Item[] {
  return [...model].map(([id, version]) => ({ id: bytes(id), version: bytes(version) }))
}

/** An index in memory of these items. */
export async function indexOf(model: Model, options?: IndexOptions): Promise<Index> {
  const index = new Index(options)
  await index.rebuild(itemsOf(model), { stamp: new Uint8Array(0) })
  return index
}

/** All items of an index, through its iterator. */
export async function contentsOf(index: Index): Promise<Model> {
  const model: Model = new Map()
  for await (const { id, version } of index.iterator()) model.set(hex(id), hex(version))
  return model
}

/** What an exchange of a side with `ours` should find, as lines. */
export function expected(ours: Model, theirs: Model): string[] {
  const ids = new Set([...ours.keys(), ...theirs.keys()])
  return [...ids]
    .filter((id) => ours.get(id) !== theirs.get(id))
    .map((id) => `${id} ${ours.get(id) ?? '-'} ${theirs.get(id) ?? '-'}`)
    .toSorted()
}

/** What was found, as such lines; what was found twice is there twice. */
export function shown(differences: readonly Difference[]): string[] {
  const versionOf = (version: Uint8Array | null) => (version ? hex(version) : '-')
  return differences
    .map(({ id, ours, theirs }) => `${hex(id)} ${versionOf(ours)} ${versionOf(theirs)}`)
    .toSorted()
}

/** The items of a model for an index of the default lengths: a 16-byte id and an 8-byte version for each number. */
export function numbered(from: number, to: number, version = 0): Model {
  const model: Model = new Map()
  for (let i = from; i < to; i++) {
    const id = Buffer.alloc(16)
    id.writeUInt32BE(Math.imul(i, 0x9e3779b1) >>> 0)
    id.writeUInt32LE(i, 12)
    model.set(hex(id), hex(Buffer.alloc(8, version)))
  }
  return model
}

/** Brings an index from what one model has to what another has. */
export async function change(index: Index, from: Model, to: Model): Promise<void> {
  for (const [id, version] of to) await index.set(bytes(id), bytes(version))
  for (const id of from.keys()) if (!to.has(id)) await index.remove(bytes(id))
}
