// A side of an exchange, written from docs/reconcile.md alone, with other choices than ours where it leaves them: two or three
// parts, lists of up to two items, bounds that are not the shortest, one range of a list at a time.
import {
  END,
  checkOf,
  decodeFrame,
  decodeVersions,
  encodeFrame,
  encodeVersions,
  fingerprintOf,
  within
} from './from-spec.js'
import type { Settings, SpecRange } from './from-spec.js'

export class SpecPeer {
  /** `id ours theirs`, in hex, with - for none. */
  readonly found: string[] = []
  isDone = false
  readonly #settings: Settings
  readonly #set: string[]
  readonly #maxRanges: number
  #waiting: SpecRange[] = []

  /** @param maxRanges  of a frame; the others wait */
  constructor(settings: Settings, set: readonly string[], maxRanges: number) {
    this.#settings = settings
    this.#set = set.toSorted()
    this.#maxRanges = maxRanges
  }

  initiate(): string {
    const { idBytes, versionBytes } = this.#settings
    const range = this.#fingerprint('00'.repeat(idBytes), END)
    const hello = { idBytes, versionBytes, check: checkOf(this.#settings) }
    return encodeFrame({ more: false, hello, ranges: [range] })
  }

  receive(bytes: string): string | null {
    if (decodeVersions(bytes) !== null) return null
    if (!bytes.startsWith('01')) return encodeVersions(1, 1)
    const frame = decodeFrame(bytes, this.#settings)
    const ranges = frame.ranges.filter(({ mode }) => mode !== 'skip')
    const asked = frame.more || ranges.some(({ mode }) => mode !== 'answer')
    const todo = [...this.#waiting, ...ranges].toSorted((a, b) => (a.from < b.from ? -1 : 1))
    const promised = this.#waiting.length > 0
    this.#waiting = []
    const out: SpecRange[] = []
    for (const range of todo) {
      if (range.mode === 'answer') this.#learn(range)
      else if (out.length < this.#maxRanges) out.push(...this.#answer(range))
      else this.#waiting.push(range)
    }
    const more = this.#waiting.length > 0
    this.isDone = !frame.more && !more && out.every(({ mode }) => mode === 'answer')
    if (!asked && !promised && out.length === 0) return null
    return encodeFrame({ more, hello: null, ranges: withSkips(out, this.#settings) })
  }

  #answer(range: SpecRange): SpecRange[] {
    const { from, to } = range
    const own = within(this.#set, range)
    if (range.mode === 'items') return this.#compare(range, own)
    if (fingerprintOf(this.#settings, own) === range.fingerprint) return []
    if (own.length <= 2) return [{ mode: 'items', from, to, items: own }]
    const bounds = [from, ...[1, 2].map((i) => this.#idOf(own[Math.floor((i * own.length) / 3)]!)), to]
    return bounds
      .slice(1)
      .map((bound, i) => this.#fingerprint(bounds[i]!, bound))
      .filter((part) => part.from < part.to)
  }

  #compare(range: SpecRange, own: readonly string[]): SpecRange[] {
    const theirs = range.items!
    const items = own.filter((item) => !theirs.includes(item))
    const ids = own.map((item) => this.#idOf(item))
    const absent = theirs.map((item) => this.#idOf(item)).filter((id) => !ids.includes(id))
    for (const item of items)
      this.#note(
        this.#idOf(item),
        item,
        theirs.find((each) => this.#idOf(each) === this.#idOf(item))
      )
    for (const id of absent)
      this.#note(
        id,
        undefined,
        theirs.find((each) => this.#idOf(each) === id)
      )
    return items.length + absent.length === 0
      ? []
      : [{ mode: 'answer', from: range.from, to: range.to, items, absent }]
  }

  #learn({ items, absent }: SpecRange): void {
    const ownOf = (id: string) => this.#set.find((each) => this.#idOf(each) === id)
    for (const item of items!) this.#note(this.#idOf(item), ownOf(this.#idOf(item)), item)
    for (const id of absent!) this.#note(id, ownOf(id), undefined)
  }

  #note(id: string, ours: string | undefined, theirs: string | undefined): void {
    const versionOf = (item: string | undefined) => (item === undefined ? '-' : item.slice(id.length))
    this.found.push(`${id} ${versionOf(ours)} ${versionOf(theirs)}`)
  }

  #fingerprint(from: string, to: string): SpecRange {
    return {
      mode: 'fingerprint',
      from,
      to,
      fingerprint: fingerprintOf(this.#settings, within(this.#set, { from, to }))
    }
  }

  #idOf(item: string): string {
    return item.slice(0, 2 * this.#settings.idBytes)
  }
}

function withSkips(ranges: readonly SpecRange[], { idBytes }: Settings): SpecRange[] {
  let at = '00'.repeat(idBytes)
  return ranges.flatMap((range) => {
    const skip: SpecRange[] = at < range.from ? [{ mode: 'skip', from: at, to: range.from }] : []
    at = range.to
    return [...skip, range]
  })
}
