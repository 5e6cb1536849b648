import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { check, fixture, manifest, script } from '../fixture.js'

const ENTRY = "{ check: null, default: LINGER_MS, unit: 'ms' }"

/** A package with one bag, of one option. */
function workspace(entry: string, docstring = 'How long a door stays open.'): string {
  return fixture({
    'packages/kv/package.json': manifest('kv'),
    'packages/kv/src/index.ts': "export type { DoorOptions } from './options.js'",
    'packages/kv/src/defaults.ts': 'export const LINGER_MS: number = 60 * 1000',
    'packages/kv/src/options.ts': `
      import { LINGER_MS } from './defaults.js'
      type OptionTable<T> = { readonly [K in keyof Required<T>]: object }
      /** Options of a door. */
      export interface DoorOptions {
        /** ${docstring} */
        lingerMs?: number
      }
      export const TABLE = { lingerMs: ${entry} } satisfies OptionTable<DoorOptions>`,
    'docs/options.md': '# Options\n'
  })
}

test('options.md without an option fails until it is written again', async () => {
  const dir = workspace(ENTRY)
  const before = await check('checks/options', dir)
  expect(before.text).toContain('run `node scripts/checks/options.mjs --write`')
  expect(before.code).toBe(1)

  execFileSync(process.execPath, [script('checks/options'), dir, '--write'])
  const written = readFileSync(join(dir, 'docs/options.md'), 'utf8').replaceAll(/ +/g, ' ')
  expect(written).toContain('| `lingerMs` | `number`, ms | `60,000` | How long a door stays open. |')
  expect((await check('checks/options', dir)).code).toBe(0)
})

test.each([
  [
    '{ check: null, default: LINGER_MS }',
    undefined,
    'DoorOptions.lingerMs is a number: say its unit in the table'
  ],
  [
    "{ check: null, unit: 'ms' }",
    undefined,
    'DoorOptions.lingerMs: say its default, in the table, or in its docstring'
  ],
  [ENTRY, 'How long. Default: 6000.', 'its docstring says that the default is 6000, and its table 60,000'],
  [ENTRY, 'How long; default 60000.', 'DoorOptions.lingerMs: its docstring speaks of a default'],
  [
    "{ check: null, otherwise: 'for ever', unit: 'ms' }",
    'How long. Default: for ever.',
    'its docstring says the default in words, and its table once more'
  ]
])('%s with the docstring %j fails', async (entry, docstring, problem) => {
  const { code, text } = await check('checks/options', workspace(entry, docstring))
  expect(text).toContain(problem)
  expect(code).toBe(1)
})

test.each([
  [ENTRY, 'How long. Default: 60,000.'],
  [ENTRY, 'How long. Default: 60000.'],
  ["{ check: null, unit: 'ms' }", 'How long. Default: for ever.']
])('%s with the docstring %j says it once', async (entry, docstring) => {
  const { text } = await check('checks/options', workspace(entry, docstring))
  expect(text).toContain('ok options: each has a check')
  expect(text).not.toContain('DoorOptions')
})
