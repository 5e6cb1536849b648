import { expect, test } from 'vitest'
import { check, fixture, manifest } from '../fixture.js'

const DOCUMENTED = `/** A store. */
export declare class Store {
    #private;
    private inner;
    /** Opens it. */
    static open(): Store;
    /** Makes one. @param path  where */
    constructor(path: string);
    /** Its options. */
    readonly options: Options;
    /** One value. */
    get(key: string): string;
    /** Several values. */
    get(keys: string[]): string[];
}
/** Options of a store. */
export interface Options {
    /** 32 bytes. */
    key?: Uint8Array;
    /** \`null\` is none. */
    name?: string | null;
}
/** A key, or a name. */
export type Named = { key: Uint8Array } | { name: string };
/** @deprecated It is Options. */
export type Old = Options;
`

const workspace = (declarations: string): string =>
  fixture({
    'packages/kv/package.json': manifest('kv', { exports: { '.': { types: './index.d.ts' } } }),
    'packages/kv/index.d.ts': declarations
  })

test('declarations that say what everything is pass', async () => {
  const { code, lines } = await check('checks/docstrings', workspace(DOCUMENTED))
  expect(lines).toContain('ok docstrings: @manycore/kv says what each of its names is')
  expect(code).toBe(0)
})

test('whatever has no docstring, or no sentence as one, fails by its name', async () => {
  const wrong: [before: string, after: string, message: string][] = [
    ['/** A store. */\n', '', 'Store has no docstring'],
    ['/** Opens it. */', '', 'Store.open has no docstring'],
    ['/** Makes one. @param path  where */', '', 'Store.constructor has no docstring'],
    ['/** Its options. */', '/** @throws GONE */', 'Store.options: say what it is before the tags'],
    ['/** Several values. */', '', 'Store.get: overload 2 has no docstring'],
    ['/** 32 bytes. */', '', 'Options.key has no docstring'],
    ['`null` is none.', 'null is none', 'Options.name: begin with a capital: null is none'],
    ['or a name. */', 'or a name */', 'Named: end with a full stop: A key, or a name']
  ]
  let declarations = DOCUMENTED
  for (const [before, after] of wrong) {
    expect(declarations).toContain(before)
    declarations = declarations.replace(before, after)
  }
  const { code, text } = await check('checks/docstrings', workspace(declarations))
  for (const [, , message] of wrong) expect(text).toContain(message)
  expect(code).toBe(1)
})

test('a type that another package has exported already is reported once', async () => {
  const dir = fixture({
    'packages/kv/package.json': manifest('kv', { exports: { '.': { types: './index.d.ts' } } }),
    'packages/kv/index.d.ts': 'export interface Entry { key: string }',
    'packages/level/package.json': manifest('level', { exports: { '.': { types: './index.d.ts' } } }),
    'packages/level/index.d.ts': "export type { Entry } from '../kv/index.js'"
  })
  const { text } = await check('checks/docstrings', dir)
  expect(text.match(/Entry has no docstring/g)).toHaveLength(1)
})

test('declarations that are missing, or export nothing, fail; those that only declare modules pass', async () => {
  const ambient = await check('checks/docstrings', workspace("declare module 'x' { export const a: 1 }"))
  expect(ambient.text).not.toContain('not ok')
  expect(ambient.code).toBe(0)

  const exports = { '.': { types: './index.d.ts' } }
  const gone = fixture({ 'packages/kv/package.json': manifest('kv', { exports }) })
  for (const [dir, message] of [
    [gone, 'packages/kv/index.d.ts is missing: build'],
    [workspace(''), 'packages/kv/index.d.ts exports nothing'],
    [workspace("declare module 'x' {}\ndeclare const a: 1"), 'packages/kv/index.d.ts exports nothing']
  ] as const) {
    const { code, text } = await check('checks/docstrings', dir)
    expect(text).toContain(message)
    expect(code).toBe(1)
  }
})
