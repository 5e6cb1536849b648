// docs/reconcile.md written out, on @noble/hashes: it shares no code with the package or with libsodium. Sets are sorted arrays
// of items in hex, id and version in one string, so that it is slow and easy to read. Copy it to start another implementation.
import { blake2b } from '@noble/hashes/blake2.js'
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js'

export interface Settings {
  readonly idBytes: number
  readonly versionBytes: number
  readonly secret: string | null
}

/** A range of a frame; `from` and `to` are ids in hex, and `to` is 'g' at the end, which is after every hex digit. */
export interface SpecRange {
  readonly mode: 'skip' | 'fingerprint' | 'items' | 'answer'
  readonly from: string
  readonly to: string
  readonly fingerprint?: string
  readonly items?: readonly string[]
  readonly absent?: readonly string[]
}

export interface SpecFrame {
  readonly more: boolean
  /** In hex; null = it is not the first frame. */
  readonly hello: { readonly idBytes: number; readonly versionBytes: number; readonly check: string } | null
  readonly ranges: SpecRange[]
}

export const END = 'g'

const MODES = ['skip', 'fingerprint', 'items', 'answer'] as const

const number = (value: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** i) % 256)

const hash = ({ secret }: Pick<Settings, 'secret'>, ...parts: Uint8Array[]): Uint8Array =>
  blake2b(concatBytes(...parts), { dkLen: 32, ...(secret === null ? {} : { key: hexToBytes(secret) }) })

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes.toReversed())}`)

function sumOf(settings: Settings, items: readonly string[]): Uint8Array {
  let sum = 0n
  for (const item of items) sum += littleEndian(hash(settings, Uint8Array.of(0), hexToBytes(item)))
  return hexToBytes((sum % 2n ** 256n).toString(16).padStart(64, '0')).toReversed()
}

export function fingerprintOf(settings: Settings, items: readonly string[]): string {
  const sum = sumOf(settings, items)
  return bytesToHex(hash(settings, Uint8Array.of(1), sum, number(items.length, 8)).slice(0, 16))
}

export function checkOf(settings: Settings): string {
  const { idBytes, versionBytes } = settings
  return bytesToHex(hash(settings, Uint8Array.of(2, idBytes, versionBytes)).slice(0, 4))
}

/** The items of a set whose ids are in `[from, to)`. */
export function within(set: readonly string[], { from, to }: { from: string; to: string }): string[] {
  return set.filter((item) => item >= from && item < to)
}

class Cursor {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.byteLength
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.byteLength) throw new Error('cut off')
    this.#at += length
    return this.#bytes.slice(this.#at - length, this.#at)
  }

  u8(): number {
    return this.take(1)[0]!
  }

  u48(): number {
    return Number(littleEndian(this.take(6)))
  }

  hex(length: number): string {
    return bytesToHex(this.take(length))
  }

  varint(): number {
    const byte = this.u8()
    return byte < 128 ? byte : byte - 128 + 128 * this.varint()
  }

  list(entryBytes: number): string[] {
    return Array.from({ length: this.varint() }, () => this.hex(entryBytes))
  }
}

/** A frame that says which versions its sender speaks; null = it is another frame. */
export function decodeVersions(frame: string): { readonly oldest: number; readonly newest: number } | null {
  const cursor = new Cursor(hexToBytes(frame))
  if (cursor.u8() !== 0) return null
  const [oldest, newest] = [cursor.u8(), cursor.u8()]
  if (oldest === 0 || newest < oldest) throw new Error('no versions')
  return { oldest, newest }
}

export const encodeVersions = (oldest: number, newest: number): string =>
  bytesToHex(Uint8Array.of(0, oldest, newest))

export function decodeFrame(frame: string, { idBytes, versionBytes }: Settings): SpecFrame {
  const cursor = new Cursor(hexToBytes(frame))
  if (cursor.u8() !== 1) throw new Error('another version')
  const flags = cursor.u8()
  const hello = flags & 2 ? { idBytes: cursor.u8(), versionBytes: cursor.u8(), check: cursor.hex(4) } : null
  const ranges: SpecRange[] = []
  let from = '00'.repeat(idBytes)
  while (!cursor.isAtEnd) {
    const head = cursor.u8()
    const length = head % 64
    const to = length === 0 ? END : cursor.hex(length).padEnd(2 * idBytes, '0')
    const mode = MODES[Math.floor(head / 64)]!
    const range = { mode, from, to }
    if (mode === 'skip') ranges.push(range)
    else if (mode === 'fingerprint') ranges.push({ ...range, fingerprint: cursor.hex(16) })
    else if (mode === 'items') ranges.push({ ...range, items: cursor.list(idBytes + versionBytes) })
    else ranges.push({ ...range, items: cursor.list(idBytes + versionBytes), absent: cursor.list(idBytes) })
    from = to
  }
  return { more: (flags & 1) === 1, hello, ranges }
}

const varint = (value: number): Uint8Array =>
  value < 128
    ? Uint8Array.of(value)
    : concatBytes(Uint8Array.of((value % 128) + 128), varint(Math.floor(value / 128)))

const list = (entries: readonly string[]): Uint8Array =>
  concatBytes(varint(entries.length), ...entries.map(hexToBytes))

export function encodeFrame({ more, hello, ranges }: SpecFrame): string {
  const parts: Uint8Array[] = [Uint8Array.of(1, (more ? 1 : 0) + (hello ? 2 : 0))]
  if (hello) parts.push(Uint8Array.of(hello.idBytes, hello.versionBytes), hexToBytes(hello.check))
  for (const { mode, to, fingerprint, items, absent } of ranges) {
    const bytes = hexToBytes(to === END ? '' : to.replace(/(00)+$/, ''))
    parts.push(Uint8Array.of(64 * MODES.indexOf(mode) + bytes.byteLength), bytes)
    if (fingerprint !== undefined) parts.push(hexToBytes(fingerprint))
    if (items) parts.push(list(items))
    if (absent) parts.push(list(absent))
  }
  return bytesToHex(concatBytes(...parts))
}

/** What is stored of an index: the stamp and all items. Throws if anything is not as the page says. */
export function decodeIndex(
  entries: readonly (readonly [key: string, value: string])[],
  prefix: string,
  settings: Settings
): { stamp: string; items: string[]; nodes: number } {
  const { idBytes, versionBytes } = settings
  const records = new Map(entries)
  const read = (key: string): Cursor => {
    const value = records.get(key)
    if (value === undefined) throw new Error(`${key} is missing`)
    const [record, checksum] = [value.slice(0, -16), value.slice(-16)]
    const expected = blake2b(hexToBytes(`03${key}${record}`), { dkLen: 32 })
    if (bytesToHex(expected.slice(0, 8)) !== checksum) throw new Error(`${key} has a wrong checksum`)
    records.delete(key)
    return new Cursor(hexToBytes(record))
  }
  const nodeKey = (id: number): string => `${prefix}01${id.toString(16).padStart(12, '0')}`

  const head = read(`${prefix}00`)
  if (head.u8() !== 1) throw new Error('another version')
  if (head.hex(4) !== checkOf(settings)) throw new Error('other settings')
  const [root, level, count, sum, next] = [head.u48(), head.u8(), head.u48(), head.hex(32), head.u48()]
  let stamp = ''
  while (!head.isAtEnd) stamp += head.hex(1)
  const nodes = records.size

  const walk = (id: number, level: number, count: number, sum: string): string[] => {
    if (id >= next) throw new Error(`node ${id} comes later`)
    const node = read(nodeKey(id))
    if (node.u8() !== level) throw new Error(`node ${id} has another level`)
    const length = node.u8()
    if (length > (level === 0 ? 64 : 32)) throw new Error(`node ${id} has too many entries`)
    if (node.u48() !== count || node.hex(32) !== sum) throw new Error(`node ${id} has other totals`)
    const items: string[] = []
    for (let i = 0; i < length; i++) {
      if (level === 0) {
        items.push(node.hex(idBytes + versionBytes))
        continue
      }
      const low = node.hex(idBytes)
      const below = walk(node.u48(), level - 1, node.u48(), node.hex(32))
      if (i > 0 && items.some((item) => item >= low))
        throw new Error(`node ${id}: an item is behind its bound`)
      if (i > 0 && below.some((item) => item < low))
        throw new Error(`node ${id}: an item is before its bound`)
      items.push(...below)
    }
    if (!node.isAtEnd) throw new Error(`node ${id} is too long`)
    if (items.length !== count) throw new Error(`node ${id} has ${items.length} items`)
    if (bytesToHex(sumOf(settings, items)) !== sum) throw new Error(`node ${id} has another sum`)
    return items
  }
  const items = walk(root, level, count, sum)
  if (records.size > 0) throw new Error(`nobody names ${[...records.keys()].join()}`)
  return { stamp, items, nodes }
}
