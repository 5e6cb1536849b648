import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../errors.js'

/** A file to pass on. */
export interface SourceFile {
  /** its name in the index, with slashes */
  path: string
  /** where its bytes are */
  file: string
  /** bytes */
  size: number
}

/** What cannot be passed on, and why. */
export interface LeftOut {
  path: string
  reason: string
}

/** What lies under a folder. */
export interface Scan {
  /** sorted by path */
  files: SourceFile[]
  /** how many symbolic links and devices there are */
  skipped: number
  /** sorted by path: what has a name that is not UTF-8, may not be read, or vanished meanwhile */
  leftOut: LeftOut[]
}

export interface ScanOptions {
  /** what the paths of the result start with: '' or 'name/' */
  prefix?: string
  /** true for a file or folder to leave out; `file` is its absolute path */
  skip?: (file: string, name: string) => boolean
}

/** Lists the regular files under a folder; symbolic links and devices are counted, not followed. */
export async function scan(
  dir: string,
  { prefix = '', skip = () => false }: ScanOptions = {}
): Promise<Scan> {
  const files: SourceFile[] = []
  const leftOut: LeftOut[] = []
  let skipped = 0

  await walk(dir, prefix)
  return { files: files.toSorted(byPath), skipped, leftOut: leftOut.toSorted(byPath) }

  async function walk(folder: string, path: string): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
      const name = entry.name.toString()
      const isText = Buffer.from(name).equals(entry.name)
      const file = join(folder, name)
      if (skip(file, name)) continue
      if (!isText) leftOut.push({ path: path + name, reason: NOT_UTF8 })
      else if (entry.isDirectory()) await attempt(file, path + name, () => walk(file, `${path}${name}/`))
      else if (entry.isFile()) await attempt(file, path + name, () => add(file, path + name))
      else skipped++
    }
  }

  async function add(file: string, path: string): Promise<void> {
    files.push({ path, file, size: (await stat(file)).size })
  }

  async function attempt(file: string, path: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (err) {
      leftOut.push({ path, reason: reasonOf(err, file) })
    }
  }
}

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : 1
}

/** Names are text in the index, in namespaces and in the names of cores. */
const NOT_UTF8 = 'its name is not UTF-8'

const GONE = 'it was gone when it was read'
const FORBIDDEN = 'it may not be read'

/** What becomes of a file between two looks at it, or is not for us to see: nothing that should end the demo. */
const REASONS: Partial<Record<string, string>> = {
  ENOENT: GONE,
  ENOTDIR: GONE,
  EISDIR: GONE,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN
}

/**
 * Why a file or folder cannot be passed on, for the table.
 * @param err   what reading it failed with
 * @param file  where it is, or was
 * @throws      err, if it says nothing about this file
 */
export function reasonOf(err: unknown, file: string): string {
  const reason = REASONS[codeOf(err) ?? '']
  if (reason === undefined || ((err as NodeJS.ErrnoException).path ?? file) !== file) throw err
  return reason
}
