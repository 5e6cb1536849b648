import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))

// The built kit, as an author of an engine would run it. vitest runs it in the other files.
test.each([
  ['node:test', `const { test } = require('node:test')`, ['--test', '--test-reporter=tap']],
  ['brittle', `const test = require('brittle')`, []],
  ['tape', `const test = require('tape')`, []]
])('the kit runs under %s', async (_, runner, args) => {
  const directory = mkdtempSync(join(here, '.tmp-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'engine.test.cjs')
  writeFileSync(
    file,
    `${runner}
const { testEngine } = require('@manycore/kv/compliance')
const { MemoryEngine } = require('@manycore/kv')

const counted = Object.assign((name, fn) => test(name, () => fn().then(() => console.log('passed a case'))), { skip: test.skip })
const supports = { persistent: false, suspend: false, compact: false, readOnly: false }
testEngine(counted, { name: 'memory', supports, create: () => ({ engine: () => new MemoryEngine() }) })
`
  )
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env
  // A case that fails makes every one of these runners exit with 1, which rejects.
  const { stdout } = await promisify(execFile)(process.execPath, [...args, file], { env })
  expect(stdout.match(/passed a case/g)!.length).toBeGreaterThan(30)
})
