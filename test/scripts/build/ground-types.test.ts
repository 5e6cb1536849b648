import { readFileSync, readdirSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { fixture, script } from '../fixture.js'

type Copy = (dir: string, ground: string) => void

/** A ground of two files, one of which needs the other, and one that nobody needs. */
const GROUND = {
  'ground/index.d.ts':
    "export { Emitter } from './emitter.js';\nexport type { Clock } from './time.js';\nexport { Queue } from './steps.js';\n",
  'ground/emitter.d.ts':
    "import type { Clock } from './time.js';\nexport declare class Emitter {\n    clock: Clock;\n}\n//# sourceMappingURL=emitter.d.ts.map",
  'ground/time.d.ts': 'export interface Clock {\n    now(): number;\n}\n',
  'ground/steps.d.ts': 'export declare class Queue {\n}\n'
}

async function copyGroundTypes(files: Record<string, string>): Promise<string> {
  const dir = fixture({ ...GROUND, ...files })
  const { copyGroundTypes: copy } = (await import(pathToFileURL(script('build/ground-types')).href)) as {
    copyGroundTypes: Copy
  }
  const main = join(dir, Object.keys(files)[0]!)
  utimesSync(main, 1000, 1000)
  copy(dir, join(dir, 'ground'))
  expect(statSync(main).mtimeMs).toBe(1_000_000) // tsc takes it for what it has written
  copy(dir, join(dir, 'ground'))
  return dir
}

test('declarations that mention ground get copies of what they need, and no others', async () => {
  const dir = await copyGroundTypes({
    'dist/table/options.d.ts':
      "import { Emitter, type Clock } from '@manycore/ground';\nexport type { Emitter, Clock };\n",
    'dist/index.d.ts': "export type { Clock } from '@manycore/ground';\n"
  })
  expect(readFileSync(join(dir, 'dist/index.d.ts'), 'utf8')).toBe(
    "export type { Clock } from '../inlined/time.js';\n"
  )
  expect(readFileSync(join(dir, 'dist/table/options.d.ts'), 'utf8')).toBe(
    "import { Emitter } from '../../inlined/emitter.js';\nimport { type Clock } from '../../inlined/time.js';\nexport type { Emitter, Clock };\n"
  )
  expect(readdirSync(join(dir, 'inlined')).toSorted()).toEqual(['emitter.d.ts', 'time.d.ts'])
  expect(readFileSync(join(dir, 'inlined/emitter.d.ts'), 'utf8')).not.toContain('sourceMappingURL')
})

test('what is needed no more goes', async () => {
  const dir = await copyGroundTypes({
    'dist/index.d.ts': "export type { Clock } from '@manycore/ground';\n",
    'inlined/steps.d.ts': GROUND['ground/steps.d.ts']
  })
  expect(readdirSync(join(dir, 'inlined'))).toEqual(['time.d.ts'])
})

test('what an earlier build has left is found where ground has it now', async () => {
  const dir = await copyGroundTypes({
    'dist/index.d.ts': "export type { Clock } from '../inlined/clock.js';\n",
    'inlined/clock.d.ts': GROUND['ground/time.d.ts']
  })
  expect(readFileSync(join(dir, 'dist/index.d.ts'), 'utf8')).toContain("'../inlined/time.js'")
  expect(readdirSync(join(dir, 'inlined'))).toEqual(['time.d.ts'])
})

test.each([
  ["export type A = import('@manycore/ground').Clock;\n", 'dist/index.d.ts'],
  ["export type { Clock } from '@manycore/ground';\n", 'dist/compliance/index.d.ts']
])('%j in %s is refused', async (text, file) => {
  await expect(copyGroundTypes({ [file]: text })).rejects.toThrow(
    'only declarations of src may mention @manycore/ground'
  )
})
