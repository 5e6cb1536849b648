import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { partsOf } from '../../../scripts/test/parts.mjs'
import { checkSteps, testSteps } from '../../../scripts/test/steps.mjs'
import { root } from '../../../scripts/workspace/root.mjs'
import { script } from '../fixture.js'

const parts = partsOf(root)

/** Names of the cases that a trial has for a part. */
function casesOf(trial: string, id: string): string[] {
  const args = [script(`trials/${trial}`), `--only=${id}`, '--list']
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).split('\n').filter(Boolean)
}

/** Parts for which `npm test -- <part>` runs a trial. */
function chosenFor(trial: string): string[] {
  return parts
    .filter(({ id, dir }) => checkSteps(new Set([id]), [dir]).some(({ name }) => name === trial))
    .map(({ id }) => id)
}

// A step without a case is a failure, so a trial that has none for a part must not be chosen for it.
test.each(['readmes', 'packed', 'bench', 'examples'])('%s has cases whatever is chosen', (trial) => {
  expect(chosenFor(trial)).not.toEqual([])
  expect(casesOf(trial, 'no-such-part')).not.toEqual([])
})

test('alone is chosen for the parts that it has a case for, and for no others', () => {
  const withCases = parts.filter(({ id }) => casesOf('alone', id).length > 0).map(({ id }) => id)
  expect(withCases).toContain('corestore')
  expect(chosenFor('alone')).toEqual(withCases)
})

test('mesh reports the same whatever is chosen', () => {
  expect(chosenFor('mesh')).toEqual(['mesh'])
  expect(readFileSync(script('trials/mesh'), 'utf8')).not.toContain('isWanted')
})

test('the trial of hostile peers runs by itself', () => {
  const names = (id: string, dir: string): string[] => testSteps(new Set([id]), [dir]).map(({ name }) => name)
  expect(names('hostile', 'test/hostile')).toEqual(['hostile'])
  expect(names('replicator', 'packages/replicator')).toEqual(['hostile', 'tests'])
  expect(names('kv', 'packages/kv')).toEqual(['tests'])
})

test('every trial that can be chosen is one of those above', () => {
  const trials = new Set(
    parts.flatMap(({ id, dir }) => checkSteps(new Set([id]), [dir])).map(({ name }) => name)
  )
  for (const { name } of checkSteps(new Set(), [])) trials.delete(name)
  expect([...trials].toSorted()).toEqual(['alone', 'bench', 'examples', 'mesh', 'packed', 'readmes'])
})
