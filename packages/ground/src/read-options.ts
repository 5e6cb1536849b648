import { ArgumentError, badArgument } from './errors.js'

/**
 * Checks one option: gives the value that is taken.
 * @throws BAD_ARGUMENT, with the field as its `field`
 */
export type Check<T> = (field: string, value: unknown) => T

/** What is said once of an option, beside its name, type and meaning, which the interface of its bag says. */
export interface Option<T> {
  /** Not called for undefined, which means the default, and may return that; null = somebody else checks the value. */
  readonly check: Check<T> | null
  /** What the option is when it is left out. */
  readonly default?: T
  /** The same in words, if it is no value to be shown and the docstring does not say it: "that of the store". */
  readonly otherwise?: string
  /** Of a number: "ms", "bytes", or what is counted. */
  readonly unit?: string
}

/**
 * The options of a bag: one for each name of its interface `T`, and no other. It stands beside the interface, and
 * `satisfies OptionTable<T>` holds it to that. docs/options.md is made from both (docs/adr/0016).
 */
export type OptionTable<T> = { readonly [K in keyof Required<T>]: Option<T[K]> }

/** A bag that was read: what has a default in the table is there. */
export type Read<T, Table> = Partial<T> & {
  [K in keyof T & keyof Table as Table[K] extends { readonly default: unknown } ? K : never]-?: Exclude<
    T[K],
    undefined
  >
}

/**
 * Reads an option bag: each option once, by its name, so that own and inherited options and getters are all the same.
 * @param opts   what the caller passed; undefined or null = no options
 * @param table  the options there are
 * @param field  how errors name the bag
 * @param others 'refuse' throws for any other enumerable name; 'keep' throws only for near misses of the names in
 *               the table, and returns the others as they are: for a bag that is passed on to somebody else
 * @returns a new object with the options that are not undefined, and the defaults of the others
 * @throws BAD_ARGUMENT, which names the option and, if one is near, the name that was meant
 */
export function readOptions<T extends object, Table extends OptionTable<T>>(
  opts: T | null | undefined,
  table: Table,
  field: string = 'options',
  others: 'refuse' | 'keep' = 'refuse'
): Read<T, Table> {
  return { ...defaultsOf(table), ...readGiven(opts, table, field, others) } as Read<T, Table>
}

/** The same without defaults: for options that are merged with others, or passed on to who has the defaults. */
export function readGiven<T extends object>(
  opts: T | null | undefined,
  table: OptionTable<T>,
  field: string = 'options',
  others: 'refuse' | 'keep' = 'refuse'
): Partial<T> {
  if (opts === undefined || opts === null) return {}
  if (typeof opts !== 'object') throw badArgument(field, 'an object', opts)

  const read: { [option: string]: unknown } = {}
  for (const name of namesIn(opts, table)) {
    const value = opts[name as keyof T] as unknown
    if (value === undefined) continue
    if (Object.hasOwn(table, name)) {
      const { check } = table[name as keyof T]
      const checked = check === null ? value : check(field === 'options' ? name : `${field}.${name}`, value)
      if (checked !== undefined) read[name] = checked
    } else {
      const meant = nearestName(name, Object.keys(table))
      if (others === 'refuse' || meant !== null) throw unknownOption(field, name, meant)
      read[name] = value
    }
  }
  return read as Partial<T>
}

/** Table → its defaults. A call costs by what is in the bag, not by how many options there are. */
const DEFAULTS = new WeakMap<object, object>()

/** The options that have a default, each with it. */
export function defaultsOf<T>(table: OptionTable<T>): Partial<T> {
  let defaults = DEFAULTS.get(table)
  if (defaults === undefined) {
    const options = Object.entries(table) as [string, Option<unknown>][]
    defaults = Object.fromEntries(
      options
        .filter(([, option]) => option.default !== undefined)
        .map(([name, option]) => [name, option.default])
    )
    DEFAULTS.set(table, defaults)
  }
  return defaults as Partial<T>
}

/**
 * Every name that may be an option: of a plain object its own, of any other those of the table as well, wherever they
 * come from. A plain object costs by what is in it, not by how many options there are: `get()` has almost forty.
 */
function namesIn(opts: object, table: object): Iterable<string> {
  if (Object.getPrototypeOf(opts) === Object.prototype) {
    return Object.getOwnPropertyNames(opts).filter(
      (name) => Object.hasOwn(table, name) || Object.prototype.propertyIsEnumerable.call(opts, name)
    )
  }
  const names = new Set(Object.keys(table))
  // oxlint-disable-next-line guard-for-in -- inherited options count as well
  for (const name in opts) names.add(name)
  return names
}

/**
 * For an object that is called and not copied, such as a policy: refuses names that its interface does not have. An
 * instance of a class may have others, unless they are near misses; a method may be one of what the class has anyway,
 * such as an `_access()` beside its `access()`.
 * @throws BAD_ARGUMENT
 */
export function refuseUnknown(value: object, names: readonly string[], field: string): void {
  const prototype: unknown = Object.getPrototypeOf(value)
  const plain = prototype === Object.prototype || prototype === null
  for (const name in value) {
    if (names.includes(name)) continue
    const meant = nearestName(name, names)
    if (plain || meant !== null) throw unknownOption(field, name, meant)
  }
  if (plain) return
  const lacking = names.filter((name) => !(name in value))
  for (const name of methodsOf(value)) {
    const meant = nearestName(name, lacking)
    if (meant !== null && !names.includes(name)) throw unknownOption(field, name, meant)
  }
}

/** What the classes of an instance define, which is not enumerable. */
function* methodsOf(value: object): Generator<string> {
  let prototype = Object.getPrototypeOf(value) as object | null
  while (prototype !== null && prototype !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(prototype)) if (name !== 'constructor') yield name
    prototype = Object.getPrototypeOf(prototype) as object | null
  }
}

function unknownOption(field: string, name: string, meant: string | null): ArgumentError {
  const at = field === 'options' ? name : `${field}.${name}`
  const hint = meant === null ? '' : `; did you mean ${meant}?`
  return new ArgumentError(at, `${at} is not an option${hint}`)
}

/** How many edits a misspelling has at most: one in a name of this many letters, then one more per as many letters. */
const LETTERS_PER_EDIT = 4
const MOST_EDITS = 2

/**
 * The known name that a misspelled one was most likely meant to be: it differs in case, or by an edit or two, where an
 * edit inserts, deletes or replaces a letter, or swaps two neighbours. Our own code because it is inlined into every
 * package and loaded at start; a dependency would be one of each.
 * @returns null if none is that near
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  const wanted = name.toLowerCase()
  const most = Math.min(MOST_EDITS, Math.max(1, Math.floor(name.length / LETTERS_PER_EDIT)))
  let nearest: string | null = null
  let fewest = Math.min(most + 1, name.length)
  for (const each of known) {
    const edits = countEdits(wanted, each.toLowerCase())
    if (edits < fewest) {
      nearest = each
      fewest = edits
    }
  }
  return nearest
}

/** The optimal string alignment distance, a row of its matrix at a time. */
function countEdits(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < to.length; j++) {
      const replaced = row[j]! + (from[i] === to[j] ? 0 : 1)
      const swapped = j > 0 && from[i] === to[j - 1] && from[i - 1] === to[j] ? before[j - 1]! + 1 : Infinity
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1, swapped))
    }
    before = row
    row = next
  }
  return row.at(-1)!
}
