import { expect, test } from 'vitest'
import { attacks } from '../../../test/hostile/attacks/index.mjs'
import { withFigures } from '../../../test/hostile/judge/table.mjs'
import { check, fixture } from '../fixture.js'

const EMPTY = 'Before.\n\n<!-- hostile -->\n<!-- /hostile -->\n\nAfter.\n'
const NAMES = Object.keys(attacks)
const NONE = { rounds: [], problems: [], untimed: null }

/** A page with a row for these attacks, without figures. */
function page(names: readonly string[]): string {
  return names.reduce(
    (text, name) => withFigures(text, attacks, 'ours', { name, ...NONE, died: null }),
    EMPTY
  )
}

test('a page with a row for every attack passes', async () => {
  const { code } = await check('checks/attacks', fixture({ 'docs/security.md': page(NAMES) }))
  expect(code).toBe(0)
})

test('an attack without a row fails, and so does a row without an attack', async () => {
  const [first = '', ...others] = NAMES
  const without = await check('checks/attacks', fixture({ 'docs/security.md': page(others) }))
  expect(without.code).toBe(1)
  expect(without.text).toContain(`no row: run \`npm run hostile -- --write --only=${first}\``)

  const renamed = page(NAMES).replace(`| ${first} |`, '| an-old-name |')
  const { code, text } = await check('checks/attacks', fixture({ 'docs/security.md': renamed }))
  expect(code).toBe(1)
  expect(text).toContain('an-old-name is not an attack')
})

test('a row that says something else than the attack fails', async () => {
  const said = attacks[NAMES[0]!]!.sends
  const changed = page(NAMES).replace(said, 'flowers')
  const { code, text } = await check('checks/attacks', fixture({ 'docs/security.md': changed }))
  expect(code).toBe(1)
  expect(text).toContain(`sends: ${said}`)
})

test('new figures replace those of an attack, and leave the others and the page alone', () => {
  const once = page(NAMES)
  const [first = ''] = NAMES
  const twice = withFigures(once, attacks, 'stock', { name: first, ...NONE, died: 'process died' })
  expect(twice.split('\n').filter((line, i) => line !== once.split('\n')[i])).toEqual([
    expect.stringContaining(`| ${first} |`)
  ])
  expect(twice).toContain('process died')
  expect(twice.startsWith('Before.')).toBe(true)
  expect(twice.endsWith('After.\n')).toBe(true)
})
