import { badArgument } from '@manycore/ground'

type Callback = (err: Error | null) => void

/** A file with the methods of random-access-storage 3: random-access-file, random-access-memory and others. */
export interface RandomAccess {
  /** Reads `size` bytes from `offset` on; fewer in the file are an error. */
  read(offset: number, size: number, callback: (err: Error | null, bytes?: Uint8Array) => void): void
  /** Writes all bytes at `offset`; the file grows as needed. */
  write(offset: number, bytes: Uint8Array, callback: Callback): void
  /** Cuts the file to `size` bytes, or fills it up with zeros. */
  truncate(size: number, callback: Callback): void
  /** Gives the size in bytes; a file that does not exist is an error with the code ENOENT. */
  stat(callback: (err: Error | null, stat?: { size: number }) => void): void
  /** Closes the file. */
  close(callback: Callback): void
  /** Closes the file and removes it. */
  unlink(callback: Callback): void
  /** Frees what the file holds until it is used again. */
  suspend?(callback: Callback): void
  /** A descriptor of the operating system, by which the file can be locked and synced. */
  readonly fd?: number
  /** The path. Bun and Deno cannot lock a descriptor, and lock by files beside this one. */
  readonly filename?: string
}

/**
 * Where the engine's files live: a class, of which it makes one instance per file, which it keeps over close() and open();
 * a function that gives the file of a name; or one instance that holds them all.
 */
export type RandomAccessStorage =
  (new (name: string) => RandomAccess) | ((name: string) => RandomAccess) | RandomAccess

/** Gives the engine its files. */
export interface FileSource {
  /** An instance that has not been closed. */
  get(name: string): RandomAccess
  /** The instances are used again after close(), so they are suspended instead of closed. */
  readonly isReused: boolean
}

/** @throws BAD_ARGUMENT */
export function fileSource(storage: Exclude<RandomAccessStorage, RandomAccess>): FileSource {
  if (typeof storage !== 'function')
    throw badArgument(
      'storage',
      'a random-access-storage class, a function (name) => instance, or one instance',
      storage
    )
  if (!isClass(storage)) {
    const open = storage as (name: string) => RandomAccess
    return { get: (name) => checkFile(open(name)), isReused: false }
  }
  const Class = storage as new (name: string) => RandomAccess
  return { get: (name) => checkFile(new Class(name)), isReused: true }
}

/** A class of files has their methods, or sets them in its constructor: a class of ES cannot be called without `new`. */
function isClass(storage: object): boolean {
  const property = Object.getOwnPropertyDescriptor(storage, 'prototype')
  return isRandomAccess((storage as { prototype?: unknown }).prototype) || property?.writable === false
}

/**
 * Is this an instance of a random-access-storage, and not a class of them or Node's `fs`? It is told by its `read`, `write`,
 * `truncate`, `stat` and `close`, because there may be several copies of a package. `unlink` is not asked for: a store in
 * one file never calls it.
 */
export function isRandomAccess(value: unknown): value is RandomAccess {
  if (typeof value !== 'object' || value === null || 'readFile' in value) return false
  const methods = ['read', 'write', 'truncate', 'stat', 'close'] as const
  return methods.every((method) => typeof (value as Partial<RandomAccess>)[method] === 'function')
}

function checkFile(file: unknown): RandomAccess {
  if (isRandomAccess(file)) return file
  throw badArgument('storage', 'a class or function that gives random-access-storage instances', file)
}
