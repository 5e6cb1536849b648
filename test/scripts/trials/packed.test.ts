import { expect, test } from 'vitest'
import { check, fixture, manifest } from '../fixture.js'

const published = (id: string, fields: object = {}): object =>
  manifest(id, {
    license: 'MIT',
    sideEffects: false,
    engines: { node: '>=20.19' },
    type: 'commonjs',
    main: './dist/index.js',
    types: './dist/index.d.ts',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    files: ['dist', 'src'],
    ...fields
  })

const workspace = (files: Record<string, string | object>): string =>
  fixture({
    'pnpm-workspace.yaml': 'packages: [packages/*]\n',
    'packages/kv/package.json': published('kv'),
    'packages/kv/LICENSE': 'MIT',
    'packages/kv/README.md': '# kv',
    'packages/kv/src/index.ts': '',
    'packages/kv/dist/index.js': 'exports.open = () => 1',
    'packages/kv/dist/index.d.ts': 'export declare function open(): number',
    'test/consumers/plain/use.cts':
      "import { open } from '@manycore/kv'\nif (open() !== 1) throw new Error('not one')",
    ...files
  })

test('packages in order pass', async () => {
  const { code, text } = await check('trials/packed', workspace({}))
  expect(text).not.toContain('not ok')
  expect(text.match(/^ok packed: plain consumers compile with/gm)).toHaveLength(3)
  expect(text).toContain('ok packed: plain consumer use.cts runs')
  expect(code).toBe(0)
})

test('each fault of a packed package fails', async () => {
  const { code, text } = await check(
    'trials/packed',
    workspace({
      'packages/kv/package.json': published('kv', {
        exports: { '.': { default: './dist/index.js', types: './dist/index.d.ts' } },
        module: './dist/gone.mjs'
      }),
      'packages/kv/dist/gone.js': '',
      'packages/kv/dist/secret.txt': '',
      'packages/kv/dist/index.js': 'exports.open = () => 2',
      'packages/kv/dist/index.d.ts':
        "import type { EventEmitter } from 'node:events'\nexport declare function open(e?: EventEmitter): any"
    })
  )
  expect(text).toContain('dist/secret.txt: leave it out')
  expect(text).toContain('dist/gone.js has no source any more')
  expect(text).toMatch(/not ok packed: @manycore.kv passes publint\n(  .*\n)*  .*gone\.mjs/)
  expect(text).toContain("dist/index.d.ts:1 imports 'node:events'")
  expect(text).toContain('dist/index.d.ts:2 has an any')
  expect(text.match(/^not ok packed: plain consumers compile with/gm)).toHaveLength(3)
  expect(text).toContain('not one')
  expect(code).toBe(1)
})

test('types that mislead fail', async () => {
  const { text } = await check(
    'trials/packed',
    workspace({
      'packages/kv/dist/index.js': 'module.exports = function open() {}',
      'packages/kv/dist/index.d.ts': 'declare function open(): number\nexport default open'
    })
  )
  expect(text).toContain('not ok packed: @manycore/kv passes attw')
})

test('a package that brings an upper floor along fails, and so does one that does not load', async () => {
  const dir = workspace({
    'packages/keychain/package.json': published('keychain', {
      dependencies: { '@manycore/kv': 'workspace:^' }
    }),
    'packages/keychain/dist/index.js': "require('@manycore/missing')"
  })
  const { code, text } = await check('trials/alone', dir)
  expect(text).toContain('@manycore/keychain pulls in @manycore/kv')
  expect(text).toContain("require('@manycore/keychain') fails")
  expect(code).toBe(1)
})
