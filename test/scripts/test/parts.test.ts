import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { changed, named, partsOf } from '../../../scripts/test/parts.mjs'
import { root } from '../../../scripts/workspace/root.mjs'
import { fixture, manifest } from '../fixture.js'

const needs = (...ids: string[]): object => ({
  dependencies: Object.fromEntries(ids.map((id) => [`@manycore/${id}`, 'workspace:^']))
})

/** ground ← kv ← corestore ← examples, and bench beside them. */
const small = (): ReturnType<typeof partsOf> =>
  partsOf(
    fixture({
      'packages/ground/package.json': manifest('ground'),
      'packages/kv/package.json': manifest('kv', {
        devDependencies: { '@manycore/ground': 'workspace:^', vitest: '1' }
      }),
      'packages/corestore/package.json': manifest('corestore', needs('kv')),
      'examples/package.json': manifest('examples', needs('corestore')),
      'bench/package.json': manifest('bench', needs('kv')),
      'test/mesh/package.json': manifest('mesh-test', needs('corestore')),
      'docs/compat.md': ''
    })
  )

const chosen = (...files: string[]): string[] | null => {
  const found = changed(small(), files)
  return found && [...found].toSorted()
}

test('every package of this repository, its examples, benchmarks, trials and docs are parts', () => {
  const ids = partsOf(root).map(({ id }) => id)
  expect(ids).toEqual(expect.arrayContaining(readdirSync(`${root}/packages`)))
  expect(ids).toEqual(expect.arrayContaining(['examples', 'bench', 'docs', 'mesh', 'hostile']))
})

test('a package that is named is chosen alone', () => {
  expect([...named(small(), ['kv', 'bench'])]).toEqual(['kv', 'bench'])
})

test('a name that nobody has is refused, with those that there are', () => {
  expect(() => named(small(), ['kv', 'kw'])).toThrow(
    'There is no package "kw". There are: bench, corestore, docs, examples, ground, kv, mesh.'
  )
})

test('what has changed brings its dependents, theirs too, and nobody else', () => {
  expect(chosen('packages/corestore/src/a.ts')).toEqual(['corestore', 'examples', 'mesh'])
  expect(chosen('packages/kv/test/a.test.ts')).toEqual(['bench', 'corestore', 'examples', 'kv', 'mesh'])
  expect(chosen('bench/run.mjs', 'examples/README.md')).toEqual(['bench', 'examples'])
  expect(chosen('test/mesh/plan.mjs')).toEqual(['mesh'])
})

test('what is inlined is a dependency as well', () => {
  expect(chosen('packages/ground/src/a.ts')).toEqual([
    'bench',
    'corestore',
    'examples',
    'ground',
    'kv',
    'mesh'
  ])
})

test('a page of docs/ that the tests of a package read brings that package', () => {
  expect(chosen('docs/limits.md')).toEqual(['docs'])
  expect(chosen('docs/compat.md')).toEqual(['corestore', 'docs', 'examples', 'mesh'])
})

test('what belongs to no part may matter to everything', () => {
  for (const file of [
    'package.json',
    'scripts/test.mjs',
    'types/hypercore.d.ts',
    'test/scripts/fixture.ts'
  ]) {
    expect(chosen('packages/kv/src/a.ts', file), file).toBeNull()
  }
})

test('what no test runs brings nothing, and nor does no change', () => {
  expect(chosen('.changeset/kv.md')).toEqual([])
  expect(chosen()).toEqual([])
})

test('a folder whose name only begins as that of a package is another one', () => {
  expect(chosen('packages/kv-next/src/a.ts')).toBeNull()
})
