/** Which id stands for which core between two peers. Only who knows the core's key can tell: so both ways are kept. */
export interface CoreIds {
  /** @returns the discovery key of each id, 32 bytes, in the same order; null = none */
  keysOf(ids: readonly Uint8Array[]): Promise<(Uint8Array | null)[]>
  /** @returns null = the core has none */
  idOf(discoveryKey: Uint8Array): Promise<Uint8Array | null>
  /** Whether a stored core has an id, as far as that is known without reading: where the peer may know of all, it has. */
  has(discoveryKey: Uint8Array): boolean
  /** The buffers belong to this from the call on. */
  set(id: Uint8Array, discoveryKey: Uint8Array): void
  delete(id: Uint8Array, discoveryKey: Uint8Array): void
}
