import { BoundedMap } from '@manycore/ground'
import type { Engine, Op } from '@manycore/kv'
import { PLACES_KEPT } from '../defaults.js'
import { dataPointerOf } from '../upstream/core-record.js'
import { coreRecordKey } from '../upstream/storage-keys.js'
import { changeKey, decodePlace, encodeChange, encodePlace, placeKey } from './layout.js'
import type { Place } from './layout.js'
import type { Touched, TouchedRecord } from './touched.js'

/** Writes down what batches have changed: one change per core, found by its place, so that the next one can replace it. */
export class Notes {
  readonly #engine: Engine
  /** by data pointer; null = the data of no core, but of a named session */
  readonly #places: BoundedMap<number, Place | null> = new BoundedMap(PLACES_KEPT)
  /** the last counter that was given */
  counter = 0
  /** what was noted up to here has to be noted again when it changes again */
  ended = 0

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Whether a change of this core need not be noted. */
  isNoted(pointer: number): boolean {
    const place = this.#places.get(pointer)
    return place === null || (place !== undefined && place.counter > this.ended)
  }

  /**
   * Called when what is stored is not known any more.
   * @param counter  the last one that may have been given to anybody
   */
  forget(counter: number): void {
    this.#places.clear()
    this.counter = this.ended = counter
  }

  /** Called after a batch that failed, but may have been stored all the same. */
  doubt(): void {
    this.#places.clear()
  }

  /**
   * Returns the ops that belong to a batch.
   * @param counts  false: says only where the cores are, and not that they have changed
   * @returns null if a place is damaged
   * @throws the errors of the engine
   */
  async of(touched: Touched, counts: boolean): Promise<Op[] | null> {
    const records = [...touched.records.values()]
    const changed = counts ? [...touched.pointers] : []
    await this.#readPointers(records)
    const moved = new Set(records.flatMap(({ pointers }) => pointers))
    const data = changed.filter((pointer) => !moved.has(pointer))
    const places = await this.#readPlaces([...moved, ...data])
    if (places === null) return null
    const ops: Op[] = []
    for (const record of records) this.#noteRecord(record, places, counts, ops)
    for (const pointer of data) {
      const place = places.get(pointer)
      if (place) this.#note(pointer, place, ops)
    }
    return ops
  }

  #noteRecord(
    { discoveryKey, pointers, isStored }: TouchedRecord,
    places: ReadonlyMap<number, Place | null>,
    counts: boolean,
    ops: Op[]
  ): void {
    const present = isStored ? pointers.at(-1) : undefined
    for (const pointer of pointers) {
      const place = places.get(pointer)
      if (place) ops.push(...dropOf(place))
      if (place && pointer !== present) ops.push({ type: 'del', key: placeKey(pointer) })
      this.#keep(pointer, null)
    }
    const fresh: Place = { counter: 0, discoveryKey }
    if (present !== undefined && counts) this.#note(present, fresh, ops)
    else if (present !== undefined) this.#put(present, fresh, ops)
    else if (counts) this.#change(discoveryKey, ops)
  }

  #note(pointer: number, before: Place, ops: Op[]): void {
    const { discoveryKey } = before
    ops.push(...dropOf(before))
    this.#put(pointer, { counter: this.#change(discoveryKey, ops), discoveryKey }, ops)
  }

  #change(discoveryKey: Uint8Array, ops: Op[]): number {
    const key = changeKey(++this.counter)
    ops.push({ type: 'put', key, value: encodeChange(key, discoveryKey) })
    return this.counter
  }

  #put(pointer: number, place: Place, ops: Op[]): void {
    const key = placeKey(pointer)
    ops.push({ type: 'put', key, value: encodePlace(key, place) })
    this.#keep(pointer, place)
  }

  #keep(pointer: number, place: Place | null): void {
    this.#places.delete(pointer)
    this.#places.set(pointer, place)
  }

  /** A record that is deleted says where the core was until now. */
  async #readPointers(records: readonly TouchedRecord[]): Promise<void> {
    const deleted = records.filter(({ isStored }) => !isStored)
    if (deleted.length === 0) return
    const stored = await this.#engine.getMany(deleted.map(({ discoveryKey }) => coreRecordKey(discoveryKey)))
    deleted.forEach(({ pointers }, i) => {
      const pointer = stored[i] ? dataPointerOf(stored[i]) : null
      if (pointer !== null && !pointers.includes(pointer)) pointers.push(pointer)
    })
  }

  /** @returns one place per pointer, null = it is the data of no core; or null if one is damaged */
  async #readPlaces(pointers: readonly number[]): Promise<ReadonlyMap<number, Place | null> | null> {
    const places = new Map<number, Place | null>()
    for (const pointer of pointers) {
      const place = this.#places.get(pointer)
      if (place !== undefined) places.set(pointer, place)
    }
    const unknown = pointers.filter((pointer) => !places.has(pointer))
    const keys = unknown.map(placeKey)
    const values = unknown.length === 0 ? [] : await this.#engine.getMany(keys)
    for (const [i, pointer] of unknown.entries()) {
      const value = values[i] ?? null
      const place = value && decodePlace(keys[i]!, value)
      if (value !== null && place === null) return null
      places.set(pointer, place)
      this.#keep(pointer, place)
    }
    return places
  }
}

function dropOf({ counter }: Place): Op[] {
  return counter === 0 ? [] : [{ type: 'del', key: changeKey(counter) }]
}
