import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { check, fixture, manifest, script } from '../fixture.js'

const workspace = (dist: string): string =>
  fixture({
    'packages/kv/package.json': manifest('kv'),
    'packages/kv/src/errors.ts': '',
    'packages/kv/dist/index.js': dist,
    'docs/errors.md': '# Errors\n'
  })

test('errors.md without a code fails until it is written again', async () => {
  const dir = workspace("exports.KV_ERRORS = { GONE: 'it was here | once' }")
  const before = await check('checks/errors', dir)
  expect(before.text).toContain('run `node scripts/checks/errors.mjs --write`')
  expect(before.code).toBe(1)

  execFileSync(process.execPath, [script('checks/errors'), dir, '--write'])
  expect(readFileSync(join(dir, 'docs/errors.md'), 'utf8')).toContain('| `GONE` | it was here \\| once |')
  expect((await check('checks/errors', dir)).code).toBe(0)
})

test('a table that is not exported fails', async () => {
  const { code, text } = await check('checks/errors', workspace('exports.open = () => {}'))
  expect(text).toContain('@manycore/kv: export the *_ERRORS table')
  expect(code).toBe(1)
})
