/** Which way the data of one core goes on one stream. If neither, the core stays closed there. */
export interface Direction {
  /** The peer may have it. */
  readonly upload: boolean
  /** We may take it from the peer. */
  readonly download: boolean
}

export const BOTH_WAYS: Direction = { upload: true, download: true }

/** What we may take, if it is not about what we give. */
export const TAKING: Direction = { upload: false, download: true }

export function isSameDirection(a: Direction, b: Direction): boolean {
  return a.upload === b.upload && a.download === b.download
}
