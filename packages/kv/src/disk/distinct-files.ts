import { badArgument } from '@manycore/ground'
import type { RandomAccess } from './random-access.js'

/** Sees to it that no two names have one file: the bytes of one would be taken for damage of the other. */
export class DistinctFiles {
  /** by where it lies, or by the instance */
  readonly #names = new Map<unknown, string>()

  /** @throws BAD_ARGUMENT when the file is that of another name */
  add(name: string, file: RandomAccess): void {
    const key = file.filename ?? file
    const other = this.#names.get(key) ?? name
    if (other !== name) {
      const expected = `a function (name) => instance with a file for each name (${name} is ${other} as well)`
      throw badArgument('storage', expected, file)
    }
    this.#names.set(key, name)
  }

  /** It is removed, or not used any more. */
  delete(file: RandomAccess): void {
    this.#names.delete(file.filename ?? file)
  }
}
