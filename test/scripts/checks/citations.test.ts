import { expect, test } from 'vitest'
import { check, fixture } from '../fixture.js'

const SOURCE = 'packages/kv/src/index.ts'

test('sources that cite upstream by the names of its functions pass', async () => {
  const dir = fixture({ [SOURCE]: '// As replicate() of corestore/index.js does, at 10:30.\n' })
  const { code, text } = await check('checks/citations', dir)
  expect(text).not.toContain('not ok')
  expect(code).toBe(0)
})

test.each([
  ['a line after the file', SOURCE, '\n// hypercore/lib/replicator.js:1042', `${SOURCE}:2: // hypercore`],
  ['a line in words', 'types/a.d.ts', '// replicator.js line 12', 'types/a.d.ts:1: '],
  [
    'a line after a comma',
    'packages/kv/test/a.test.ts',
    '// index.cjs, line 7',
    'packages/kv/test/a.test.ts:1: '
  ],
  ['only a line', SOURCE, '// onopen (:310)', `${SOURCE}:1: `],
  ['no source at all', 'README.md', 'a.js:10', 'packages/ and types/ have no TypeScript']
])('%s fails', async (_what, file, content, message) => {
  const { code, text } = await check('checks/citations', fixture({ [file]: content }))
  expect(text).toContain(message)
  expect(code).toBe(1)
})
