import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Declaration, Member } from './declarations.js'

/** What is installed: objects to look at, by `<package> <class>`, with the version of their package. */
export type Installed = ReadonlyMap<string, { readonly object: object; readonly version: string }>

/**
 * Compares what is declared with what is installed.
 * @returns a sentence for each private part that is gone, or is not what it was
 */
export function movedParts(declarations: readonly Declaration[], installed: Installed): string[] {
  return declarations.flatMap(({ from, of, members }) => {
    const found = installed.get(`${from} ${of}`)
    if (found === undefined) return [`nobody says what ${of} of ${from} is here: the test has to make one`]
    return problemsOf(members, found.object, of, found.version).map(
      ({ text, use }) => `${from} ${found.version}: ${text}; ${use}`
    )
  })
}

interface Problem {
  readonly text: string
  readonly use: string
}

function problemsOf(members: readonly Member[], object: object, path: string, version: string): Problem[] {
  return members.flatMap(({ name, signature, arity, type, since, isOptional, use }) => {
    if (since !== null && isOlder(version, since)) return []
    const text = `${path}.${signature}`
    if (!(name in object)) return isOptional && since === null ? [] : [{ text: `${text} is gone`, use }]
    const value: unknown = (object as Record<string, unknown>)[name]
    const kind = kindOf(value)
    if (type.kinds.length > 0 && !type.kinds.includes(kind)) {
      return [{ text: `${text} is ${kind}, not ${type.kinds.join(' or ')}`, use }]
    }
    if (typeof value === 'function' && arity !== null && value.length !== arity) {
      return [{ text: `${text} takes ${value.length} arguments, not ${arity}`, use }]
    }
    return kind === 'object' ? problemsOf(type.members, value as object, `${path}.${name}`, version) : []
  })
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Map) return 'Map'
  if (value instanceof Set) return 'Set'
  if (value instanceof Promise) return 'Promise'
  if (value instanceof Uint8Array) return 'Uint8Array'
  return typeof value
}

/** Of versions as '11.39' and '11.39.5'. */
function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((each) => each.split('.').map(Number))
  for (const [i, number] of b!.entries()) if (a![i] !== number) return a![i]! < number
  return false
}

/** Path of the file that `from`, a path or URL, gets for a package, and the version of that package. */
export function installedFor(
  from: string,
  name: string
): { readonly file: string; readonly version: string } {
  const file = createRequire(from).resolve(name)
  for (let dir = dirname(file); dir !== dirname(dir); dir = dirname(dir)) {
    const manifest = join(dir, 'package.json')
    if (!existsSync(manifest)) continue
    const { name: found, version } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, string>
    if (found === name && version !== undefined) return { file, version }
  }
  throw new Error(`${file} is in no package`)
}
