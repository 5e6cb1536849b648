import { execFile } from 'node:child_process'
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))

// The built kit, as an author of an engine would run it. vitest runs it in the other files.
test('the kit runs under node:test', async () => {
  const directory = mkdtempSync(join(here, '.tmp-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'engine.test.cjs')
  writeFileSync(
    file,
    `const { test } = require('node:test')
const { testEngine } = require('@manycore/kv/compliance')
const { MemoryEngine } = require('@manycore/kv')

const supports = { persistent: false, suspend: false, compact: false, readOnly: false }
testEngine(test, { name: 'memory', supports, create: () => ({ engine: () => new MemoryEngine() }) })
`
  )
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file], {
    env
  })
  expect(stdout).toMatch(/# pass 3\d/)
  expect(stdout).toMatch(/# fail 0/)
})
