/**
 * The index core: one JSON block for each change of the folder, the newest of a path counts.
 *
 *   { path, key, start, blocks, size, sha256 }   the file's bytes are blocks [start, start + blocks) of the core `key`
 *   { ..., removed: true }                       the folder has no such file any more
 *
 * A changed file is appended to its core after its older bytes, so start is not always 0.
 */

export const INDEX = { name: 'index', valueEncoding: 'json' }

/**
 * Reads the whole index.
 * @param index  a core opened with INDEX's valueEncoding
 * @returns      entries, oldest first
 */
export async function readIndex(index) {
  const entries = []
  for await (const entry of index.createReadStream()) entries.push(entry)
  return entries
}

/** The newest entry of every path, as a Map of path → entry. */
export function newest(entries) {
  return new Map(entries.map((entry) => [entry.path, entry]))
}
