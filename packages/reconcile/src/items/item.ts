import { badArgument } from '@manycore/ground'

/** A member of the set. */
export interface Item {
  /** `idBytes` bytes; the members are ordered by them, bytewise. */
  readonly id: Uint8Array
  /** `versionBytes` bytes. Members with the same id and different versions differ. */
  readonly version: Uint8Array
}

/** Members in any order, one after the other. */
export type ItemSource = AsyncIterable<Item> | Iterable<Item>

/** @throws BAD_ARGUMENT */
export function checkItemBytes(field: string, value: unknown, length: number): asserts value is Uint8Array {
  if (value instanceof Uint8Array && value.byteLength === length) return
  throw badArgument(field, `a Uint8Array of ${length} bytes`, value)
}
