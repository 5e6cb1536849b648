import type { CorestoreStorage } from '@manycore/hypercore-types'

/** What a kind of storage can do. A case is skipped only because of this. */
export interface StorageSupports {
  /** what was written is there when the place is opened again */
  readonly persistent: boolean
  /** it opens read-only */
  readonly readOnly: boolean
}

/** Where one store's data lives, for the length of one case. */
export interface StoragePlace {
  /** A storage on this data, not opened. The one given before was closed or crashed. */
  open(opts?: { readOnly?: boolean }): CorestoreStorage
  /** The process dies: whatever the storage has not written is lost, and nothing more is written. */
  crash?(): Promise<void>
  /** Removes the data. */
  remove?(): Promise<void>
}

/** What is tested. */
export interface StorageSubject {
  /** e.g. 'memory', goes before each case's name */
  name: string
  /** What the storage can do; a case of what it cannot is skipped. */
  supports: StorageSupports
  /** true = its places can crash(); without, kill real processes instead. Default false */
  crashes?: boolean
  /** a new place, empty */
  create(): StoragePlace | Promise<StoragePlace>
}
