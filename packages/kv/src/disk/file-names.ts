/** Even generations of the manifest are in the first, odd ones in the second: writing one leaves the other whole. */
export const MANIFEST_FILES = ['MANIFEST-0', 'MANIFEST-1'] as const

/** What a process locks; it holds the id of that process. */
export const LOCK_FILE = 'LOCK'

/** A write-ahead log (WAL). */
export function logFileName(id: number): string {
  return `${padded(id)}.log`
}

/** A segment, an SSTable. */
export function segmentFileName(id: number): string {
  return `${padded(id)}.seg`
}

export function valueFileName(id: number): string {
  return `${padded(id)}.val`
}

/** Every file that a number can have. No two files of a store have the same number, not even one after the other. */
export function fileNames(id: number): string[] {
  return [logFileName(id), segmentFileName(id), valueFileName(id)]
}

function padded(id: number): string {
  return String(id).padStart(6, '0')
}
