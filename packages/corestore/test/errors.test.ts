// The errors of all packages have one shape. docs/errors.md says what it is.
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url))
/** Private, or without errors of its own. */
const LEFT_OUT = new Set(['demo', 'ground', 'hypercore-types'])
const names = readdirSync(PACKAGES).filter((name) => !LEFT_OUT.has(name))

type Coded = Error & { readonly code: string; readonly holder?: number; readonly file?: string }
type ErrorClass = new (code: string, message: string, details?: object) => Coded
type Guard = (err: unknown, ...codes: string[]) => boolean

/** As its users load it: bundled, beside the bundles of the others. */
function load(name: string): { readonly [exported: string]: unknown } {
  return createRequire(import.meta.url)(`${PACKAGES}${name}`) as { [exported: string]: unknown }
}

const modules = names.map((name) => ({ name, module: load(name) }))
const tables = modules.flatMap(({ name, module }) =>
  Object.entries(module)
    .filter(([exported]) => exported.endsWith('_ERRORS'))
    .map(([, table]) => ({ name, codes: table as { readonly [code: string]: string } }))
)
const classes = modules.flatMap(({ name, module }) =>
  Object.entries(module)
    .filter(([exported]) => exported.endsWith('Error') && exported !== 'isManycoreError')
    .map(([exported, value]) => ({ name, exported, Class: value as ErrorClass }))
)
const guards = modules.map(({ name, module }) => ({ name, guard: module['isManycoreError'] as Guard }))

test('every package has a table of codes, an error class and isManycoreError()', () => {
  expect(tables.map(({ name }) => name)).toEqual(names)
  expect(classes.map(({ name }) => name)).toEqual(names)
  for (const { name, guard } of guards) expect(guard, name).toBeTypeOf('function')
})

describe.each(classes)('$name: $exported', ({ name, exported, Class }) => {
  const { codes } = tables.find((each) => each.name === name)!

  test.each(Object.keys(codes))('%s has the one shape, and the guard of every package knows it', (code) => {
    const cause = new Error('below')
    const err = new Class(code, 'a message', { cause, holder: 7, file: 'a.seg', offset: 0 })
    expect(err).toBeInstanceOf(Error)
    expect(err).toMatchObject({ name: exported, code, cause, holder: 7, file: 'a.seg', offset: 0 })
    expect(err.message).toBe(`${code}: a message`)
    for (const { guard } of guards) {
      expect([guard(err), guard(err, code), guard(err, 'OTHER'), guard(err, 'OTHER', code)]).toEqual([
        true,
        true,
        false,
        true
      ])
    }
  })

  test('shows no more than it has', () => {
    const err = new Class(Object.keys(codes)[0]!, 'a message')
    expect(inspect(err)).not.toContain('undefined')
    expect('cause' in err).toBe(false)
  })
})

test("no guard takes another's error for ours", () => {
  const theirs = Object.assign(new Error('STORAGE_EMPTY: of Hypercore'), { code: 'STORAGE_EMPTY' })
  for (const { guard } of guards)
    expect([guard(theirs), guard(theirs, 'STORAGE_EMPTY')]).toEqual([false, false])
})

test('a code means the same in every package, in whole sentences', () => {
  const meanings = new Map<string, string>()
  for (const [code, meaning] of tables.flatMap(({ codes }) => Object.entries(codes))) {
    expect(meaning, code).toBe(meanings.get(code) ?? meaning)
    expect(meaning, code).toMatch(/^[A-Z].*\.$/)
    meanings.set(code, meaning)
  }
})

/** Errors of a test's fault are those of a file system; an AggregateError has what failed. */
const OTHERS = /AggregateError|as planned/

test('no package makes an error of another shape', () => {
  const found = names.flatMap((name) =>
    readdirSync(`${PACKAGES}${name}/src`, { recursive: true })
      .map((file) => `${name}/src/${String(file)}`)
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        readFileSync(PACKAGES + file, 'utf8')
          .split('\n')
          .filter((line) => /new (\w*Error)\(/.test(line) && !OTHERS.test(line))
          .filter((line) => !classes.some(({ exported }) => line.includes(`new ${exported}(`)))
          .filter((line) => !line.includes('new ArgumentError('))
          .map((line) => `${file}: ${line.trim()}`)
      )
  )
  expect(found).toEqual([])
})
