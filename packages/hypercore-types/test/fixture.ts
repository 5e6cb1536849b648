// Types for the tests of shape.ts itself.
export interface Fixture {
  text: string
  count: number
  flag: boolean
  exact: 'a' | 'b'
  bytes: Uint8Array
  maybe: Uint8Array | null
  optional?: number
  call(): void
  slot: (() => void) | null
  list: readonly { id: number }[]
  inner: { deep: { value: number } } | null
  done: Promise<void>
  stats: { [name: string]: number }
  self: Fixture | null
  [Symbol.asyncIterator](): AsyncIterator<number>
}
