import { expect, test } from 'vitest'
import { check, fixture } from '../fixture.js'

const LOCKFILE =
  'importers:\n  hypercore@11\n\nsnapshots:\n\n  hypercore@10.0.0:\n  hypercore@11.37.1:\n    a: 1\n'

test('a clean repository passes', async () => {
  const dir = fixture({
    'pnpm-lock.yaml': LOCKFILE,
    'a.md': 'https://www.npmjs.com/package/corestore ./tmp/x a/work/b https://example.org/home/x'
  })
  const { code, text } = await check('checks/tracked', dir)
  expect(text).not.toContain('not ok')
  expect(code).toBe(0)
})

// In pieces, because this file is tracked too.
const path = (...parts: string[]): string => ['', ...parts].join('/')

test.each([
  ['a registry', 'a.md', `see https://${['registry', 'npmjs', 'org'].join('.')}/x`, 'a.md:1: registry.'],
  ['a home directory', 'src/a.ts', `\nopen('${path('home', 'x', 'y')}')`, 'src/a.ts:2: '],
  ['a temporary directory', 'README.md', `cd ${path('tmp', 'x')}`, 'README.md:1: '],
  [
    'an address in the lockfile',
    'pnpm-lock.yaml',
    `${LOCKFILE}tarball: https://example.org/a.tgz`,
    'pnpm-lock.yaml:9: '
  ],
  [
    'two copies of Hypercore 11',
    'pnpm-lock.yaml',
    `${LOCKFILE}  hypercore@11.37.1(x@1.0.0):\n`,
    'has 2, give the pinned'
  ]
])('%s fails', async (_name, file, text, message) => {
  const result = await check('checks/tracked', fixture({ 'pnpm-lock.yaml': LOCKFILE, [file]: text }))
  expect(result.text).toContain(message)
  expect(result.text.match(/^not ok/gm)).toHaveLength(1)
  expect(result.code).toBe(1)
})
