import type { Catalog } from '../mirror/cores/catalog.js'
import type { MirrorLink } from '../mirror/link.js'
import { type State, readState } from '../mirror/state.js'

/** A core that differs between two mirrors. */
export interface StoredDifference {
  /** 32 bytes. */
  readonly key: Uint8Array
  /** 32 bytes. */
  readonly discoveryKey: Uint8Array
  readonly ours: State
  /** Null = the peer has not told. */
  readonly theirs: State | null
}

/** What a mirror knows of one stream, to be looked at in one go. */
export class LinkView {
  readonly #link: MirrorLink
  readonly #catalog: Catalog
  readonly #differing: ReadonlyMap<number, Uint8Array | null>
  readonly #met = new Set<number>()

  constructor(link: MirrorLink, catalog: Catalog) {
    this.#link = link
    this.#catalog = catalog
    this.#differing = link.differing()
  }

  /** Whether there is a mirror at the other end, even one that cannot be compared. */
  get isMirroring(): boolean {
    return this.#link.isMirroring || this.lastError !== null
  }

  /** Why it cannot be compared; null = it can. */
  get lastError(): Error | null {
    return this.#link.lastError
  }

  /** Whether it is not known yet whether the remote mirrors, or what differs. */
  get isOpening(): boolean {
    return this.#link.isComparing
  }

  /** How many stored cores the peer may have; 0 if it does not mirror. */
  get total(): number {
    return this.#link.isMirroring ? (this.#link.peer?.size ?? 0) : 0
  }

  /** How many times a core that differed has become level. */
  get done(): number {
    return this.#link.done
  }

  /** Whether a core is mirrored with this peer. If it differs, it is not among `differences()` any more. */
  meet(discoveryKey: Uint8Array): boolean {
    if (!this.#link.isMirroring) return false
    const slot = this.#catalog.find(discoveryKey)
    if (slot !== -1 && this.#differing.has(slot)) this.#met.add(slot)
    return slot !== -1 || (this.#link.peer?.mayKnow(discoveryKey) ?? false)
  }

  differs(discoveryKey: Uint8Array): boolean {
    const slot = this.isOpening ? -1 : this.#catalog.find(discoveryKey)
    return slot !== -1 && this.#differing.has(slot)
  }

  /** What differs, and was not met. Nothing as long as it is being found out. */
  *differences(): Iterable<StoredDifference> {
    if (this.isOpening) return
    for (const [slot, theirs] of this.#differing) {
      if (this.#met.has(slot)) continue
      yield {
        key: this.#catalog.key(slot).slice(),
        discoveryKey: this.#catalog.discoveryKey(slot).slice(),
        ours: readState(this.#catalog.state(slot)),
        theirs: theirs === null ? null : readState(theirs)
      }
    }
  }
}
