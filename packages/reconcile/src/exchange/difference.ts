/** An item that the two sides do not have alike. */
export interface Difference {
  /** `idBytes` bytes. */
  readonly id: Uint8Array
  /** Our version, as it is now; null = we do not have the item. */
  readonly ours: Uint8Array | null
  /** The version that the other side says it has; null = it says that it does not have the item. */
  readonly theirs: Uint8Array | null
}
