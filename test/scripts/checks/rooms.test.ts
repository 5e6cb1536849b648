import { expect, test } from 'vitest'
import { check, fixture } from '../fixture.js'

const lines = (count: number): string => 'export {}\n'.repeat(count)
const many = (dir: string, count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${dir}/${i}.ts`, lines(1)]))

test('a house in order passes, and says how large it is', async () => {
  const { code, lines: said } = await check(
    'checks/rooms',
    fixture({
      ...many('packages/kv/src/log', 15),
      'packages/kv/src/index.ts': lines(300),
      'packages/kv/src/log/file/open.ts': lines(5),
      'packages/kv/test/log/file/open.test.ts': lines(7),
      'packages/kv/test/fixtures/old/store.mjs': lines(9),
      'packages/kv/README.md': 'long\n'.repeat(1000)
    })
  )
  expect(said).toContain('# rooms: packages/kv: 17 files, median 1 lines, largest 300 (index.ts)')
  expect(said).toContain('# rooms: packages/kv/test: 2 files, median 8 lines, largest 9 (store.mjs)')
  expect(said.join('\n')).not.toContain('not ok')
  expect(code).toBe(0)
})

test.each([
  [
    'a folder with sixteen files, whatever their kind,',
    { ...many('packages/kv/src', 14), 'packages/kv/src/a.cjs': '', 'packages/kv/src/b.d.ts': '' },
    'packages/kv/src has 16: give each concept a folder'
  ],
  ['a folder of scripts', many('scripts', 16), 'scripts has 16: give each concept a folder'],
  ['a long file', { 'packages/kv/src/a.ts': lines(301) }, 'packages/kv/src/a.ts has 301: split it'],
  ['a long test', { 'test/a.test.ts': lines(301) }, 'test/a.test.ts has 301: split it'],
  [
    'a folder of tests that is about nothing',
    { 'packages/kv/src/log/a.ts': '', 'packages/kv/test/logs/a.test.ts': '' },
    'packages/kv/test/logs: there is no packages/kv/src/logs that it could be about'
  ],
  [
    'a folder of tests of checks that are gone',
    { 'scripts/checks/a.mjs': '', 'test/scripts/trials/a.test.ts': '' },
    'test/scripts/trials: there is no scripts/trials that it could be about'
  ]
])('%s fails', async (_what, files: Record<string, string>, message) => {
  const { code, text } = await check('checks/rooms', fixture(files))
  expect(text).toContain(message)
  expect(text.match(/^not ok/gm)).toHaveLength(1)
  expect(code).toBe(1)
})
