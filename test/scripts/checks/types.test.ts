import { expect, test } from 'vitest'
import { check, fixture, manifest } from '../fixture.js'

const types = { '.': { types: './index.d.ts' } }

function workspace(files: Record<string, string>): string {
  return fixture({
    'packages/kv/package.json': manifest('kv', { exports: types }),
    'packages/kv/engine.d.ts':
      'export interface Engine { at(): Snapshot }\nexport interface Snapshot { n: number }',
    ...files
  })
}

const INDEX = 'packages/kv/index.d.ts'

test('a package that exports all that it mentions passes', async () => {
  const { code, text } = await check(
    'checks/types',
    workspace({
      [INDEX]: `export type { Engine, Snapshot } from './engine.js'
        type Pair = [number, number]
        export declare class Base<T> { #hidden: Pair; private readonly too: Set<T>; pair(): Pair }`
    })
  )
  expect(text).not.toContain('not ok')
  expect(code).toBe(0)
})

test.each([
  ['a member of what it exports', "export type { Engine } from './engine.js'", 'Engine mentions Snapshot'],
  ['an argument', "export declare function f(a: import('./engine.js').Engine): void", 'f mentions Engine'],
  [
    'a member of a base class',
    `import type { Snapshot } from './engine.js'
      declare class Base { at: Snapshot }
      export declare class Engine extends Base {}`,
    'Engine mentions Snapshot'
  ],
  [
    'an argument of a constructor',
    "import type { Snapshot } from './engine.js'\nexport declare class Engine { constructor(at: Snapshot) }",
    'Engine mentions Snapshot'
  ]
])('a package that does not export %s fails', async (_what, index, message) => {
  const { code, text } = await check('checks/types', workspace({ [INDEX]: index }))
  expect(text).toContain(`@manycore/kv: ${message}; export that as well`)
  expect(code).toBe(1)
})

test.each([
  ['what it exports', { [INDEX]: 'export declare const zzz: any' }, `${INDEX}:1: `],
  [
    'a type argument in another file',
    {
      [INDEX]: "export type { Box } from './box.js'",
      'packages/kv/box.d.ts': '\nexport interface Box { all: Map<string, any[]> }'
    },
    'packages/kv/box.d.ts:2: '
  ]
])('a package with an any in %s fails', async (_what, files, message) => {
  const { code, text } = await check('checks/types', workspace(files))
  expect(text).toContain(`not ok types: no declaration has an any\n  ${message}`)
  expect(code).toBe(1)
})

test('names that require() does not give fail', async () => {
  const exports = { '.': { import: { types: './index.d.mts' }, require: { types: './index.d.cts' } } }
  const { code, text } = await check(
    'checks/types',
    fixture({
      'packages/kv/package.json': manifest('kv', { exports }),
      'packages/kv/index.d.mts': 'export interface A {}\nexport interface B {}',
      'packages/kv/index.d.cts':
        'declare class Kv {}\ndeclare namespace Kv { export interface A {} }\nexport = Kv'
    })
  )
  expect(text).toContain('@manycore/kv: ./index.d.cts lacks B')
  expect(text).not.toContain('lacks A')
  expect(code).toBe(1)
})
