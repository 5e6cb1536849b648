import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Corestore, Hypercore } from '@manycore/corestore'
import { BLOCK_BYTES } from './defaults.js'

/**
 * How a folder is laid out in cores. Each file is a core of its own, in blocks of 64 KiB. A changed file is appended to
 * its core after its older bytes, and the index core says which blocks count.
 */

/** An entry of the index core: one JSON block for each change of the folder. The newest entry of a path counts. */
export interface Entry {
  /** of the file, with slashes */
  path: string
  /** z-base-32 of the file's core */
  key: string
  /** The file's bytes are the blocks [start, start + blocks) of that core; an empty file has none. */
  start: number
  blocks: number
  /** bytes */
  size: number
  /** hex */
  sha256: string
  /** true: the folder no longer has such a file. */
  removed?: boolean
}

export type Index = Hypercore<Entry>

/** What the writer opens the index core with; others know it by its key. */
export const INDEX = { name: 'index', valueEncoding: 'json' } as const

/** Reads the whole index, oldest entry first. */
export async function readIndex(index: Index): Promise<Entry[]> {
  const entries = []
  for await (const entry of index.createReadStream()) entries.push(entry)
  return entries
}

/** The newest entry of every path, by path. */
export function newest(entries: Entry[]): Map<string, Entry> {
  return new Map(entries.map((entry) => [entry.path, entry]))
}

/** The store and the name to get a file's core with. */
export interface Place {
  store: Corestore
  name: string
}

/**
 * A namespace for each folder, chained as the folders are: the file `a/b/c.txt` is the core named `c.txt` in
 * `store.namespace('files').namespace('a').namespace('b')`.
 * @returns a function from the path of a file to its place
 */
export function folders(root: Corestore): (path: string) => Place {
  const open = new Map([['', root.namespace('files')]])

  return (path) => {
    const { folder, name } = split(path)
    return { store: storeOf(folder), name }
  }

  function storeOf(folder: string): Corestore {
    const known = open.get(folder)
    if (known) return known

    const { folder: parent, name } = split(folder)
    const store = storeOf(parent).namespace(name)
    open.set(folder, store)
    return store
  }
}

function split(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/')
  return { folder: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) }
}

/** The bytes of a file in blocks of 64 KiB; the last one is shorter, an empty file has none. */
export async function* readBlocks(file: string): AsyncGenerator<Buffer> {
  // A file stream reads until its buffer is full or the file ends, so every chunk but the last one is a whole block.
  yield* createReadStream(file, { highWaterMark: BLOCK_BYTES })
}

/** SHA-256 of a file, as hex. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const block of readBlocks(file)) hash.update(block)
  return hash.digest('hex')
}

/** The sum of the sizes, in bytes. */
export function bytesOf(files: readonly { size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}
