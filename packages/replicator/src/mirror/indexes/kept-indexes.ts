import b4a from 'b4a'
import { U48_BYTES, readU48, writeU48 } from '@manycore/ground'
import type { OrderedStore, StoreOp } from '@manycore/reconcile'
import { KEPT_BYTES, KEPT_CORE_BYTES, KEPT_INDEXES, KEPT_ONCE, KNOWN_PEERS } from '../defaults.js'

const TABLE = 0
const INDEXES = 1
const NAME_BYTES = 8
const NOTE_BYTES = 1 + 2 * U48_BYTES

/** No store meets peers so often. A greater number is damaged, and would stay the greatest. */
const MOST_MEETINGS = 2 ** 40

/** What is known of a peer. Nothing depends on its being right but what is dropped first. */
interface Note {
  /** The greater, the later the peer was met last. */
  last: number
  /** Whether it was met more than once. */
  isKnown: boolean
  /** How many cores are in its index, or 1; 0 = none is kept. */
  cores: number
}

/**
 * The indexes of peers that are kept in a store, each under a prefix of its own, and when they were used last. Who was met once
 * may have made its keys for that, and never come again: so few of those are kept, and they are the first to be dropped.
 */
export class KeptIndexes {
  readonly #store: OrderedStore
  readonly #prefix: Uint8Array
  /** By hex of the name. */
  #notes: Promise<Map<string, Note>> | null = null

  constructor(store: OrderedStore, prefix: Uint8Array) {
    this.#store = store
    this.#prefix = prefix
  }

  /** What the keys begin with of the index of a pair of peers. @param secret  32 bytes that only they have */
  prefixOf(secret: Uint8Array): Uint8Array {
    return this.#key(INDEXES, secret.subarray(0, NAME_BYTES))
  }

  /** Notes that a peer is met, and drops what is too much. @param isUsed  whether an index is used at the moment, by its hex */
  async meet(secret: Uint8Array, isUsed: (name: string) => boolean): Promise<void> {
    const notes = await this.#read()
    const name = nameOf(secret)
    const before = notes.get(name)
    const last = Math.max(0, ...Array.from(notes.values(), (note) => note.last)) + 1
    notes.set(name, { last, isKnown: before !== undefined, cores: Math.max(1, before?.cores ?? 0) })
    await this.#write(notes, name, isUsed)
  }

  /** Notes how large an index has become, and drops what is too much. */
  async resized(secret: Uint8Array, cores: number, isUsed: (name: string) => boolean): Promise<void> {
    const notes = await this.#read()
    const note = notes.get(nameOf(secret))
    if (note === undefined || note.cores === 0) return // it was dropped
    note.cores = Math.max(1, cores)
    await this.#write(notes, nameOf(secret), isUsed)
  }

  /** Deletes what is stored of an index. */
  async drop(secret: Uint8Array): Promise<void> {
    const notes = await this.#read()
    notes.delete(nameOf(secret))
    await this.#batch([this.#forget(nameOf(secret)), this.#delete(nameOf(secret))])
  }

  async #write(notes: Map<string, Note>, name: string, isUsed: (name: string) => boolean): Promise<void> {
    const { dropped, forgotten } = tooMuch(notes, isUsed)
    // Now, for who is met again meanwhile is noted again.
    for (const each of dropped) notes.get(each)!.cores = 0
    for (const each of forgotten) notes.delete(each)
    const noted = [name, ...dropped].filter((each) => notes.has(each))
    await this.#batch([
      ...noted.map((each) => this.#put(each, notes.get(each)!)),
      ...forgotten.map((each) => this.#forget(each)),
      ...dropped.map((each) => this.#delete(each))
    ])
  }

  async #batch(ops: readonly StoreOp[]): Promise<void> {
    try {
      await this.#store.batch(ops)
    } catch (err) {
      this.#notes = null // what is stored is read again, so that what could not be dropped is dropped the next time
      throw err
    }
  }

  #read(): Promise<Map<string, Note>> {
    this.#notes ??= this.#readAll().catch((err: unknown) => {
      this.#notes = null
      throw err
    })
    return this.#notes
  }

  async #readAll(): Promise<Map<string, Note>> {
    const notes = new Map<string, Note>()
    const iterator = this.#store.iterator({ gte: this.#key(TABLE, []), lt: this.#key(TABLE + 1, []) })
    try {
      for (;;) {
        const entries = await iterator.next(KNOWN_PEERS)
        if (entries.length === 0) return notes
        for (const { key, value } of entries)
          notes.set(b4a.toString(key.subarray(this.#prefix.byteLength + 1), 'hex'), decode(value))
      }
    } finally {
      await iterator.close()
    }
  }

  #put(name: string, note: Note): StoreOp {
    return { type: 'put', key: this.#key(TABLE, b4a.from(name, 'hex')), value: encode(note) }
  }

  #forget(name: string): StoreOp {
    return { type: 'del', key: this.#key(TABLE, b4a.from(name, 'hex')) }
  }

  #delete(name: string): StoreOp {
    const start = this.#key(INDEXES, b4a.from(name, 'hex'))
    return { type: 'delRange', start, end: b4a.concat([start, b4a.from([255])]) }
  }

  #key(kind: number, rest: Uint8Array | readonly number[]): Uint8Array {
    return b4a.concat([this.#prefix, b4a.from([kind]), b4a.from(rest)])
  }
}

/** What an index is called in a store. */
export function nameOf(secret: Uint8Array): string {
  return b4a.toString(secret.subarray(0, NAME_BYTES), 'hex')
}

/** @returns the names of the indexes to be dropped, and of the peers to be forgotten */
function tooMuch(
  notes: ReadonlyMap<string, Note>,
  isUsed: (name: string) => boolean
): { dropped: string[]; forgotten: string[] } {
  const oldest = [...notes].toSorted(([, a], [, b]) => a.last - b.last)
  const kept = oldest.filter(([, { cores }]) => cores > 0)
  const free = kept
    .filter(([name]) => !isUsed(name))
    .toSorted(([, a], [, b]) => Number(a.isKnown) - Number(b.isKnown))
  let count = kept.length
  let once = kept.filter(([, { isKnown }]) => !isKnown).length
  let bytes = free.reduce((sum, [, { cores }]) => sum + cores * KEPT_CORE_BYTES, 0)
  const dropped: string[] = []
  for (const [i, [name, { isKnown, cores }]] of free.entries()) {
    const isTooLarge = bytes > KEPT_BYTES && i < free.length - 1
    if (count <= KEPT_INDEXES && !isTooLarge && (isKnown || once <= KEPT_ONCE)) break
    dropped.push(name)
    count--
    if (!isKnown) once--
    bytes -= cores * KEPT_CORE_BYTES
  }
  const others = oldest.filter(
    ([name, { cores }]) => !isUsed(name) && (cores === 0 || dropped.includes(name))
  )
  const forgotten = others.slice(0, Math.max(0, notes.size - KNOWN_PEERS)).map(([name]) => name)
  return { dropped, forgotten }
}

function encode({ last, isKnown, cores }: Note): Uint8Array {
  const bytes = new Uint8Array(NOTE_BYTES)
  bytes[0] = Number(isKnown)
  writeU48(bytes, 1, last)
  writeU48(bytes, 1 + U48_BYTES, cores)
  return bytes
}

/** @returns of one that is damaged, that the peer was met long ago, and that there is an index */
function decode(bytes: Uint8Array): Note {
  const isWhole = bytes.byteLength === NOTE_BYTES
  const last = isWhole ? readU48(bytes, 1) : 0
  return {
    last: last > MOST_MEETINGS ? 0 : last,
    isKnown: isWhole && bytes[0] !== 0,
    cores: isWhole ? readU48(bytes, 1 + U48_BYTES) : 1
  }
}
