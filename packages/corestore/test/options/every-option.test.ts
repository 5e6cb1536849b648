import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { findBags } from './find-bags.js'
import { NO_OPTIONS, USES, WITH_NEEDS, closeAll } from './uses.js'
import type { Use } from './uses.js'

afterAll(closeAll)

type Bag = { readonly [option: string]: unknown }

const found = new Map([...findBags()].filter(([bag]) => !NO_OPTIONS.some(([pattern]) => pattern.test(bag))))
const bags: [bag: string, names: readonly string[], use: Use][] = [
  ...[...found].flatMap(([bag, names]): [string, readonly string[], Use][] =>
    USES[bag] ? [[bag, names, USES[bag]]] : []
  ),
  ...Object.entries(WITH_NEEDS).map(([bag, use]): [string, readonly string[], Use] => [bag, use.names, use])
]

/** The forms an option can have, each of which counts how often it is read. */
const FORMS: { readonly [form: string]: (needs: Bag, option: string, read: () => unknown) => Bag } = {
  own: (needs, option, read) =>
    new Proxy<Bag>(
      { ...needs, [option]: needs[option] },
      { get: (bag, name) => (name === option ? read() : Reflect.get(bag, name)) }
    ),
  inherited: (needs, option, read) => Object.create(withGetter(needs, option, read)) as Bag,
  'a getter': withGetter,
  'a getter of a class': (needs, option, read) => {
    class Options {}
    Object.defineProperty(Options.prototype, option, { get: read })
    const { [option]: _one, ...others } = needs
    return Object.assign(new Options(), others)
  }
}

function withGetter(needs: Bag, option: string, read: () => unknown): Bag {
  const { [option]: _one, ...others } = needs
  return Object.defineProperty({ ...others }, option, { get: read, enumerable: true })
}

/** The bags of docs/options.md, which `scripts/checks/options.mjs` holds to the tables: the names of their options. */
function documented(): string[][] {
  const text = readFileSync(new URL('../../../../docs/options.md', import.meta.url), 'utf8')
  const sections = new Map(
    text.split('\n### ').map((section) => {
      const rows = [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name!)
      const others = [...section.matchAll(/\[`(\w+)`\]\(#/g)].map(([, name]) => name!)
      return [section.split('\n')[0]!, { rows, others }] as const
    })
  )
  const all = (bag: string): string[] => {
    const { rows, others } = sections.get(bag)!
    return [...rows, ...others.flatMap((other) => all(other))]
  }
  return [...sections.keys()].map((bag) => all(bag).toSorted())
}

test('every bag that is published is in docs/options.md, and so has a table', () => {
  const bags = documented().map((names) => names.join())
  expect(
    [...found].filter(([, names]) => !bags.includes(names.toSorted().join())).map(([bag]) => bag)
  ).toEqual([])
})

test('every bag that is published is tested here, and no other', () => {
  expect([...found.keys()].toSorted()).toEqual(Object.keys(USES).toSorted())
})

describe.each(bags.filter(([, , { isKept }]) => !isKept))('%s', (_bag, names, { call, needs = {} }) => {
  test.each(names)('%s is read once, in every form', async (option) => {
    for (const [form, make] of Object.entries(FORMS)) {
      let reads = 0
      const bag = make(needs, option, () => {
        reads++
        return needs[option]
      })
      await call(bag as never)
      expect(`${form}: ${reads}`).toBe(`${form}: 1`)
    }
  })
})

describe.each(bags)('%s', (_bag, names, { call, needs = {} }) => {
  test.each(names)('a misspelt %s is refused, and the right one named', async (option) => {
    const typo = `${option}x`
    const value = needs[option] ?? 1
    const inherited = Object.assign(Object.create({ [typo]: value }), needs) as Bag
    for (const bag of [{ ...needs, [typo]: value }, inherited]) {
      await expect((async () => call(bag as never))()).rejects.toMatchObject({
        name: 'TypeError',
        code: 'BAD_ARGUMENT',
        field: expect.stringMatching(new RegExp(`(^|\\.)${typo}$`)),
        message: expect.stringContaining(`is not an option; did you mean ${option}?`)
      })
    }
  })
})
