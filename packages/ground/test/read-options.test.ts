import { expect, expectTypeOf, test } from 'vitest'
import { badArgument, readGiven, readOptions, refuseUnknown } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'

interface Bag {
  lingerMs?: number
  wait?: boolean
  limits?: { opens?: number }
}

const LIMITS = { opens: { check: null, unit: 'opens' } } satisfies OptionTable<{ opens?: number }>
const TABLE = {
  lingerMs: {
    check(field, value) {
      if (typeof value !== 'number') throw badArgument(field, 'a number', value)
      return value
    },
    unit: 'ms'
  },
  wait: { check: null },
  limits: { check: (field, value) => readOptions(value as { opens?: number }, LIMITS, field) }
} satisfies OptionTable<Bag>

const forms: [form: string, make: (bag: Bag) => Bag][] = [
  ['own', (bag) => bag],
  ['inherited', (bag) => Object.create(bag) as Bag],
  [
    'a getter',
    (bag) =>
      Object.defineProperties(
        {},
        Object.fromEntries(
          Object.entries(bag).map(([name, value]) => [name, { get: () => value as unknown }])
        )
      )
  ],
  [
    'a getter of a class',
    (bag) =>
      new (class {
        get lingerMs(): number {
          return bag.lingerMs!
        }
      })()
  ]
]

test.each(forms)('an option is read that is %s', (_form, make) => {
  expect(readOptions(make({ lingerMs: 5 }), TABLE)).toEqual({ lingerMs: 5 })
})

test('each option is read once', () => {
  let reads = 0
  const bag = {
    get lingerMs() {
      reads++
      return reads
    }
  }
  expect(readOptions(bag, TABLE)).toEqual({ lingerMs: 1 })
  expect(reads).toBe(1)
})

test('undefined is the default, and null is passed on; no options are either', () => {
  expect(readOptions(null as Bag | null, TABLE)).toEqual({})
  expect(readOptions(undefined as Bag | undefined, TABLE)).toEqual({})
  expect(readOptions({ wait: undefined } as Bag, TABLE)).toEqual({})
  expect(readOptions({ wait: null } as unknown as Bag, TABLE)).toEqual({ wait: null })
  expect(readOptions({ typo: undefined } as Bag, TABLE)).toEqual({})
})

test.each([
  [{ lingerms: 5 }, 'lingerms', 'BAD_ARGUMENT: lingerms is not an option; did you mean lingerMs?'],
  [
    Object.create({ wiat: true }) as object,
    'wiat',
    'BAD_ARGUMENT: wiat is not an option; did you mean wait?'
  ],
  [{ colour: 1 }, 'colour', 'BAD_ARGUMENT: colour is not an option'],
  [{ limits: { open: 1 } }, 'limits.open', 'BAD_ARGUMENT: limits.open is not an option; did you mean opens?'],
  [{ lingerMs: 'x' }, 'lingerMs', 'BAD_ARGUMENT: lingerMs must be a number, got a string of 1 character'],
  [{ limits: 3 }, 'limits', 'BAD_ARGUMENT: limits must be an object, got number 3'],
  [7, 'options', 'BAD_ARGUMENT: options must be an object, got number 7']
])('%j is refused', (bag, field, message) => {
  const error: unknown = (() => {
    try {
      return readOptions(bag as Bag, TABLE)
    } catch (err) {
      return err
    }
  })()
  expect(error).toBeInstanceOf(TypeError)
  expect(error).toMatchObject({ code: 'BAD_ARGUMENT', field, message })
})

test('a bag that is passed on keeps foreign names, and refuses near misses of ours', () => {
  expect(readOptions({ wait: true, onseq: 1 } as Bag, TABLE, 'options', 'keep')).toEqual({
    wait: true,
    onseq: 1
  })
  expect(() => readOptions({ wait1: true } as Bag, TABLE, 'options', 'keep')).toThrow('did you mean wait?')
})

test('an instance of a class may have fields of its own, a plain object may not', () => {
  class Policy {
    database = 1
  }
  expect(() => refuseUnknown(new Policy(), ['access'], 'policy')).not.toThrow()
  expect(() => refuseUnknown({ database: 1 }, ['access'], 'policy')).toThrow(
    'policy.database is not an option'
  )
  class Typo {
    acces = 1
  }
  expect(() => refuseUnknown(new Typo(), ['access'], 'policy')).toThrow(
    'policy.acces is not an option; did you mean access?'
  )
})

test('a misspelt method of a class is refused, one of a name like that of another method is not', () => {
  class Typo {
    acces(): boolean {
      return false
    }
  }
  class Heir extends Typo {}
  for (const typo of [new Typo(), new Heir()]) {
    expect(() => refuseUnknown(typo, ['access'], 'policy')).toThrow(
      'policy.acces is not an option; did you mean access?'
    )
  }
  class Policy {
    access(): boolean {
      return this._access()
    }
    _access(): boolean {
      return false
    }
  }
  expect(() => refuseUnknown(new Policy(), ['access'], 'policy')).not.toThrow()
})

const WITH_DEFAULTS = {
  lingerMs: { check: null, default: 6000, unit: 'ms' },
  wait: { check: (_field, value) => (value === null ? undefined : (value as boolean)), default: true },
  limits: { check: null, otherwise: 'none' }
} satisfies OptionTable<Bag>

test('what is left out has its default, which the types know', () => {
  const read = readOptions<Bag, typeof WITH_DEFAULTS>({ lingerMs: undefined }, WITH_DEFAULTS)
  expect(read).toEqual({ lingerMs: 6000, wait: true })
  expectTypeOf(read.lingerMs).toEqualTypeOf<number>()
  expectTypeOf(read.limits).toEqualTypeOf<{ opens?: number } | undefined>()
  expect(readOptions<Bag, typeof WITH_DEFAULTS>(undefined, WITH_DEFAULTS)).toEqual({
    lingerMs: 6000,
    wait: true
  })
  expect(readOptions({ lingerMs: 0, wait: false } as Bag, WITH_DEFAULTS)).toEqual({
    lingerMs: 0,
    wait: false
  })
  expect(readOptions({ wait: null } as unknown as Bag, WITH_DEFAULTS)).toEqual({ lingerMs: 6000, wait: true })
})

test('readGiven() leaves defaults to somebody else', () => {
  expect(readGiven({ lingerMs: 5 } as Bag, WITH_DEFAULTS)).toEqual({ lingerMs: 5 })
  expect(readGiven<Bag>(undefined, WITH_DEFAULTS)).toEqual({})
  expect(() => readGiven({ lingerMS: 5 } as Bag, WITH_DEFAULTS)).toThrow('did you mean lingerMs?')
})

test('no caller gets to change the defaults of another', () => {
  const read = readOptions<Bag, typeof WITH_DEFAULTS>({}, WITH_DEFAULTS)
  read.lingerMs = 1
  expect(readOptions<Bag, typeof WITH_DEFAULTS>({}, WITH_DEFAULTS).lingerMs).toBe(6000)
})

test('a table that has other names than its interface does not compile', () => {
  // @ts-expect-error -- `wait` and `limits` are missing
  const missing = { lingerMs: { check: null } } satisfies OptionTable<Bag>
  // @ts-expect-error -- there is no such option
  const more = { ...WITH_DEFAULTS, lingers: { check: null } } satisfies OptionTable<Bag>
  // @ts-expect-error -- a default of another type
  const other = { ...WITH_DEFAULTS, lingerMs: { check: null, default: '6000' } } satisfies OptionTable<Bag>
  expect([missing, more, other].map((each) => Object.keys(each).length)).toEqual([1, 4, 3])
})
