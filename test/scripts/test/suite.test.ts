import { execFileSync } from 'node:child_process'
import { expect, test, vi } from 'vitest'
import type { Step } from '../../../scripts/test/steps.mjs'
import { checkSteps, testSteps } from '../../../scripts/test/steps.mjs'
import { Suite } from '../../../scripts/test/suite.mjs'
import { script } from '../fixture.js'

const names = (steps: Step[]): string[] => steps.map(({ name }) => name)
const READING = [
  'rooms',
  'format',
  'unused code',
  'types of tests',
  'lint',
  'edges',
  'tracked',
  'docstrings',
  'api'
]
const RUNNING = ['bench', 'readmes', 'packed', 'mesh', 'alone', 'examples']

const counted = (name: string, counts: Partial<Record<'passed' | 'failed' | 'skipped', number>>): Step => ({
  name,
  work: async () => ({ counts: { passed: 0, failed: 0, skipped: 0, ...counts } })
})

test('everything runs when nothing is chosen', () => {
  expect(names(checkSteps(null, []))).toEqual(expect.arrayContaining([...RUNNING, ...READING]))
  expect(names(testSteps(null, []))).toEqual(['hostile', 'tests'])
})

test('checks that read the tree always run, those that run code for what is chosen', () => {
  const some = names(checkSteps(new Set(['kv', 'bench']), ['packages/kv', 'bench']))
  expect(some).toEqual(expect.arrayContaining([...READING, 'bench', 'readmes', 'packed']))
  expect(some).not.toContain('alone')
  expect(some).not.toEqual(expect.arrayContaining(['mesh']))
  expect(some).not.toEqual(expect.arrayContaining(['examples']))
  const none = names(checkSteps(new Set(), []))
  expect(none).toEqual(expect.arrayContaining(READING))
  for (const name of RUNNING) expect(none).not.toContain(name)
  const bench = names(checkSteps(new Set(['bench']), ['bench']))
  expect(bench.filter((name) => RUNNING.includes(name)).toSorted()).toEqual(['bench', 'readmes'])
})

test('the benchmarks alone have no tests of vitest', () => {
  expect(testSteps(new Set(['bench']), ['bench'])).toEqual([])
  expect(names(testSteps(new Set(['kv']), ['packages/kv']))).toEqual(['tests'])
})

test('a step that throws is one failure, others go on, and the last line adds up', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  try {
    const suite = new Suite()
    const throwing: Step = { name: 'throwing', work: () => Promise.reject(new Error('what went wrong')) }
    await suite.runSideBySide(
      [throwing, counted('good', { passed: 3 }), counted('partly', { passed: 1, skipped: 2 })],
      2
    )
    expect(suite.end()).toBe(1)
    const lines = log.mock.calls.flat().join('\n').split('\n')
    expect(lines).toContain('what went wrong')
    expect(lines).toContain('Slowest steps:')
    expect(lines.at(-1)).toBe('4 passed, 1 failed, 2 skipped')
  } finally {
    log.mockRestore()
  }
})

test('a name that is not known ends the command at once, with the last line that it always has', () => {
  const run = (...args: string[]): string[] => {
    try {
      return execFileSync(process.execPath, [script('test'), ...args], { encoding: 'utf8' })
        .trimEnd()
        .split('\n')
    } catch (err) {
      return String((err as { stdout: string }).stdout)
        .trimEnd()
        .split('\n')
    }
  }
  const named = run('kv', 'sesions')
  expect(named.join('\n')).toContain('There is no package "sesions". There are: bench, corestore,')
  expect(named.at(-1)).toBe('0 passed, 1 failed')
  expect(run('--chnaged').join('\n')).toContain("Unknown option '--chnaged'")
})
