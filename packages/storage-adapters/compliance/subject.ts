import type { CorestoreStorage } from '@manycore/hypercore-types'

/** The abilities of a kind of storage. A case is skipped only because one is missing. */
export interface StorageSupports {
  /** Whether what was written is there when the place is opened again. */
  readonly persistent: boolean
  /** Whether it can be opened read-only. */
  readonly readOnly: boolean
}

/** The place of one store's data, for the duration of one case. */
export interface StoragePlace {
  /** Returns a storage on this data that is not open yet. The previous one was closed, or crashed. */
  open(opts?: { readOnly?: boolean }): CorestoreStorage
  /** Simulates the death of the process: what the storage has not written is lost, and it writes nothing more. */
  crash?(): Promise<void>
  /** Removes the data. Called after the case, with the store closed. */
  remove?(): Promise<void>
}

/** The storage that is tested. */
export interface StorageSubject {
  /** Such as 'memory'; it goes before the name of each case. */
  name: string
  /** What the storage can do; a case of what it cannot is skipped. */
  supports: StorageSupports
  /** True: its places can `crash()`. False: kill real processes instead. Default: false. */
  crashes?: boolean
  /** Makes a new place, empty. */
  create(): StoragePlace | Promise<StoragePlace>
}
