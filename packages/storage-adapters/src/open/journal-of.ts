import type { CorestoreStorage } from '@manycore/hypercore-types'
import { EngineStorage } from '../facade/storage.js'
import type { ChangeJournal } from '../journal/change-journal.js'

/**
 * The journal of what changes in a store. Nothing is read or written before its `open()`.
 * @param storage  what `openStorage()` has returned
 * @returns the same one at each call; null if the store is read-only, or is a hypercore-storage that the caller made
 */
export function journalOf(storage: CorestoreStorage): ChangeJournal | null {
  return storage instanceof EngineStorage ? storage.journal : null
}
