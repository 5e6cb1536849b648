import type { CoreInfo, CorestoreStorage, CoreStorage, ReadableStream } from '@manycore/hypercore-types'

/**
 * What is used of a hypercore-storage that is not in its interface, as of hypercore-storage 3.3.2.
 * @upstream hypercore-storage CorestoreStorage
 */
interface PrivateStorage {
  /** What is known of some cores without opening them, read together; null = not stored. @arity 2 */
  getInfos(discoveryKeys: readonly Uint8Array[], opts?: object): Promise<(CoreInfo | null)[]>
}

/**
 * What is used of the storage of one core that is not in its interface, as of hypercore-storage 3.3.2.
 * @upstream hypercore-storage HypercoreStorage
 */
interface PrivateCoreStorage {
  /** Which blocks are stored, by pages of 32,768; null for pages of another kind. @arity 1 */
  createBitfieldStream(opts?: object): ReadableStream<BitfieldPage | null>
  /** Lets go of the database. */
  close(): Promise<void>
}

/** Which of the blocks [32,768 × index, 32,768 × (index + 1)) are stored: a bit each, 4096 bytes. */
export interface BitfieldPage {
  readonly index: number
  readonly page: Uint8Array
}

/** @param opts  which records are read, beside that of the core; default: all. @returns one entry per key, in the same order; null = not stored */
export function readInfos(
  storage: CorestoreStorage,
  discoveryKeys: readonly Uint8Array[],
  opts?: { auth: boolean; head: boolean; hints: boolean }
): Promise<(CoreInfo | null)[]> {
  return (storage as unknown as PrivateStorage).getInfos(discoveryKeys, opts)
}

/** The bitfield of a stored core, which is not opened. */
export async function* readPages(
  storage: CorestoreStorage,
  discoveryKey: Uint8Array
): AsyncGenerator<BitfieldPage> {
  const core = (await storage.resumeCore(discoveryKey)) as (CoreStorage & PrivateCoreStorage) | null
  if (core === null) return
  try {
    for await (const page of core.createBitfieldStream()) if (page !== null) yield page
  } finally {
    await core.close()
  }
}
