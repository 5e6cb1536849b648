import { expect, test } from 'vitest'
import { check, fixture, manifest } from '../fixture.js'

const types = manifest('hypercore-types')
const needs = (...ids: string[]): object => ({
  dependencies: Object.fromEntries(ids.map((id) => [`@manycore/${id}`, 'workspace:^']))
})

test('a house in order passes', async () => {
  const dir = fixture({
    'packages/hypercore-types/package.json': types,
    'packages/keychain/package.json': manifest('keychain', needs('hypercore-types')),
    'packages/keychain/src/a.ts':
      "import type { B } from './b.js'\nexport type { K } from '@manycore/hypercore-types'",
    'packages/keychain/src/b.ts': "import { a } from './a.js'",
    'packages/kv/package.json': manifest('kv', {
      exports: { '.': './a.js', './compliance': './b.js' },
      imports: { fs: { bare: 'bare-fs', default: 'fs' } }
    }),
    'packages/kv/src/a.ts': "import fs from 'fs'",
    'packages/kv/compliance/b.ts': "import '@manycore/kv'\nimport '@manycore/kv/compliance'",
    'packages/keychain/src/type.ts': "export type { Duplex } from 'node:stream'",
    'packages/keychain/test/a.test.ts': "import fs from 'node:fs'\nimport { a } from '@manycore/keychain'"
  })
  const { code, text } = await check('checks/edges', dir)
  expect(text).not.toContain('not ok')
  expect(code).toBe(0)
})

const wrong: [name: string, file: string, source: string, message: string][] = [
  ['a sibling', 'keychain/src/a.ts', "export * from '@manycore/sessions'", 'keychain must not know of it'],
  [
    'a sibling in a type',
    'keychain/src/a.ts',
    "let a: import('@manycore/sessions').A",
    'keychain must not know'
  ],
  [
    'a sibling in a test',
    'keychain/test/a.test.ts',
    "import '@manycore/sessions'",
    'keychain must not know of it'
  ],
  ['an upper floor', 'sessions/src/a.ts', "require('@manycore/corestore')", 'sessions must not know of it'],
  ['Hypercore in keychain', 'keychain/src/a.ts', "await import('hypercore')", 'keychain must not know of it'],
  [
    'a deep path',
    'sessions/src/a.ts',
    "import '@manycore/sessions/dist/b.js'",
    "import '@manycore/sessions' and"
  ],
  [
    'an undeclared module',
    'sessions/src/a.ts',
    "import b4a from 'b4a'",
    'add it to packages/sessions/package.json'
  ],
  ["a module of Node's", 'sessions/src/a.ts', "import { join } from 'path'", 'use b4a or events-universal']
]

test.each(wrong)('importing %s fails', async (_name, file, source, message) => {
  const dir = fixture({
    'packages/hypercore-types/package.json': types,
    'packages/keychain/package.json': manifest('keychain', needs('sessions')),
    'packages/sessions/package.json': manifest('sessions', needs('sessions', 'corestore')),
    'packages/corestore/package.json': manifest('corestore'),
    [`packages/${file}`]: `\n${source}`
  })
  const { code, text } = await check('checks/edges', dir)
  expect(text).toContain(`packages/${file}:2 imports`)
  expect(text).toContain(message)
  expect(code).toBe(1)
})

test('a project that may be built before what its shims import fails', async () => {
  const project = (include: string[], ...paths: string[]): string =>
    JSON.stringify({ include, references: paths.map((path) => ({ path })) })
  const files = {
    'types/wire.d.ts': "declare module 'wire' {\n  import type { A } from '@manycore/hypercore-types'\n}",
    'packages/hypercore-types/package.json': types,
    'packages/kv/package.json': manifest('kv'),
    'packages/kv/tsconfig.json': project(['src', '../../types/*.d.ts'])
  }
  const early = await check('checks/edges', fixture(files))
  expect(early.text).toContain('packages/kv/tsconfig.json: a shim in it imports @manycore/hypercore-types')
  expect(early.code).toBe(1)
  const config = project(['src', '../../types/wire.d.ts'], '../hypercore-types')
  const behind = await check('checks/edges', fixture({ ...files, 'packages/kv/tsconfig.json': config }))
  expect(behind.code).toBe(0)
})

test('a circle of files fails and is shown', async () => {
  const dir = fixture({
    'packages/sessions/package.json': manifest('sessions'),
    'packages/sessions/src/a.ts': "import './b.js'",
    'packages/sessions/src/b.ts': "export * from './c.js'",
    'packages/sessions/src/c.ts': "import { type T, a } from './a.js'"
  })
  const { code, text } = await check('checks/edges', dir)
  const files = ['a', 'b', 'c', 'a'].map((name) => `packages/sessions/src/${name}.ts`)
  expect(text).toContain(files.join(' -> '))
  expect(code).toBe(1)
})

test('a package without a place in the house fails', async () => {
  const dir = fixture({ 'packages/utils/package.json': manifest('utils') })
  const { code, text } = await check('checks/edges', dir)
  expect(text).toContain('utils: unknown package')
  expect(code).toBe(1)
})
