// Compares a live value with a type: which of the type's members are missing, or of another kind?
import ts from 'typescript6'
import type { TypeReader } from './type-reader.js'

const { TypeFlags: F } = ts

// Types of the language: known by name, so that their own members are not walked.
const BUILT_IN: Record<string, (value: unknown) => boolean> = {
  Uint8Array: (value) => value instanceof Uint8Array,
  Promise: (value) => value instanceof Promise,
  Error: (value) => value instanceof Error,
  Map: (value) => value instanceof Map,
  Set: (value) => value instanceof Set
}

export interface ShapeCheck {
  /** One line for each member of `type` that `value` lacks or has as something else. */
  mismatches(value: unknown, type: ts.Type, path: string): string[]
  /** `Interface.member` of all that were seen as something else than null or undefined. */
  readonly seen: Set<string>
}

/** @param notYet  `Interface.member` of those that a value may be without */
export function createShapeCheck(
  { checker }: TypeReader,
  notYet: ReadonlySet<string> = new Set()
): ShapeCheck {
  const seen = new Set<string>()
  return {
    seen,
    mismatches(value, type, path) {
      const problems: string[] = []
      walk(value, type, path, problems, new Map())
      return problems
    }
  }

  function walk(value: unknown, type: ts.Type, path: string, problems: string[], done: Done): void {
    if (type.isUnion()) {
      let closest: string[] | null = null
      for (const part of type.types) {
        const found: string[] = []
        const tried = new Map([...done].map(([key, types]) => [key, new Set(types)]))
        walk(value, part, path, found, tried)
        if (found.length === 0) {
          for (const [key, types] of tried) done.set(key, types)
          return
        }
        if (closest === null || deeper(found, closest)) closest = found
      }
      problems.push(...closest!)
      return
    }
    if (type.isIntersection()) {
      for (const part of type.types) walk(value, part, path, problems, done)
      return
    }
    if (type.flags & (F.Any | F.Unknown | F.TypeParameter | F.IndexedAccess)) return
    if (!(type.flags & (F.Object | F.NonPrimitive))) {
      if (!isPrimitive(value, type)) problems.push(wrong(path, type, value))
      return
    }
    walkObject(value, type, path, problems, done)
  }

  function walkObject(value: unknown, type: ts.Type, path: string, problems: string[], done: Done): void {
    const builtIn = BUILT_IN[type.symbol?.name ?? '']
    const fits = builtIn
      ? builtIn(value)
      : type.getCallSignatures().length > 0
        ? typeof value === 'function'
        : checker.isArrayLikeType(type)
          ? Array.isArray(value)
          : typeof value === 'object' && value !== null
    if (!fits) problems.push(wrong(path, type, value))
    if (!fits || builtIn || typeof value === 'function') return

    const object = value as Record<PropertyKey, unknown>
    if (done.get(object)?.has(type)) return
    done.set(object, (done.get(object) ?? new Set()).add(type))

    if (Array.isArray(value)) {
      const item = checker.getTypeArguments(type as ts.TypeReference)[0]!
      value.forEach((each, i) => walk(each, item, `${path}[${i}]`, problems, done))
      return
    }
    const index = type.getStringIndexType()
    if (index)
      for (const key of Object.keys(object)) walk(object[key], index, `${path}.${key}`, problems, done)
    for (const member of checker.getPropertiesOfType(type)) {
      walkMember(object, type, member, path, problems, done)
    }
  }

  function walkMember(
    object: Record<PropertyKey, unknown>,
    type: ts.Type,
    member: ts.Symbol,
    path: string,
    problems: string[],
    done: Done
  ): void {
    // The compiler's name of a member [Symbol.asyncIterator] is __@asyncIterator@<id>.
    const wellKnown = /^__@(\w+)@/.exec(member.name)?.[1] as keyof SymbolConstructor | undefined
    const key = wellKnown ? (Symbol[wellKnown] as symbol) : member.name
    if (!(key in object)) {
      const isNeeded = !(member.flags & ts.SymbolFlags.Optional)
      if (isNeeded && !notYet.has(`${type.symbol.name}.${String(key)}`))
        problems.push(`${path}.${String(key)} is missing`)
      return
    }
    const value = object[key]
    const before = problems.length
    walk(value, checker.getTypeOfSymbol(member), `${path}.${String(key)}`, problems, done)
    if (value !== null && value !== undefined && problems.length === before) {
      seen.add(`${type.symbol.name}.${String(key)}`)
    }
  }

  function isPrimitive(value: unknown, type: ts.Type): boolean {
    if (type.flags & F.Null) return value === null
    if (type.flags & (F.Undefined | F.Void)) return value === undefined
    if (type.isStringLiteral() || type.isNumberLiteral()) return value === type.value
    if (type.flags & F.BooleanLiteral) return String(value) === checker.typeToString(type)
    if (type.flags & F.StringLike) return typeof value === 'string'
    if (type.flags & F.NumberLike) return typeof value === 'number'
    if (type.flags & F.BooleanLike) return typeof value === 'boolean'
    if (type.flags & F.BigIntLike) return typeof value === 'bigint'
    return false
  }

  function wrong(path: string, type: ts.Type, value: unknown): string {
    const got = value === null ? 'null' : typeof value === 'object' ? value.constructor?.name : typeof value
    return `${path} is ${got}, not ${checker.typeToString(type)}`
  }
}

type Done = Map<object, Set<ts.Type>>

/** Of the parts of a union, the one whose mismatches lie deepest was meant. */
function deeper(a: string[], b: string[]): boolean {
  const depth = (lines: string[]): number => Math.max(...lines.map((line) => line.indexOf(' ')))
  return depth(a) > depth(b)
}
