import fc from 'fast-check'

/** A number that is taken modulo what there is when the step is made. */
const which = fc.nat(255)

/** What may happen, and how often. Each step is what `steps.mjs` has under its name. */
const STEPS = {
  create: [5, { store: which, blocks: fc.nat(5) }],
  append: [12, { core: which, blocks: fc.integer({ min: 1, max: 6 }) }],
  truncate: [3, { core: which, length: which }],
  rewrite: [4, { core: which, length: which }],
  clear: [4, { core: which, holder: which, start: which, blocks: fc.integer({ min: 1, max: 4 }) }],
  copy: [14, { core: which, store: which }],
  open: [5, { core: which, store: which, active: fc.boolean() }],
  download: [6, { core: which, store: which, start: which, blocks: fc.integer({ min: 1, max: 4 }) }],
  close: [6, { session: which }],
  connect: [12, { one: which, other: which }],
  cut: [8, { one: which, other: which }],
  deny: [3, { core: which, store: which, isAwaited: fc.boolean() }],
  allow: [3, { core: which, store: which, isAwaited: fc.boolean() }],
  reopen: [3, { store: which }],
  level: [3, {}],
  pass: [10, { turns: fc.nat(60) }]
}

const step = fc.oneof(
  ...Object.entries(STEPS).map(([name, [weight, fields]]) => ({
    weight,
    arbitrary: fc.record({ name: fc.constant(name), ...fields })
  }))
)

/** A history: which stores there are, what happens, and how they are connected when all is over. */
export const history = fc.record({
  storages: fc.array(fc.constantFrom('memory', 'memory', 'files', 'RocksDB'), { minLength: 2, maxLength: 5 }),
  /** of the first cores: their number at each store */
  cores: fc.array(fc.record({ store: which, blocks: fc.nat(5), copies: fc.array(which, { maxLength: 4 }) }), {
    minLength: 1,
    maxLength: 4
  }),
  steps: fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
  shape: fc.constantFrom('all', 'line', 'star')
})

/** The pairs of stores that are connected in the end. @returns pairs of numbers in [0, count) */
export function pairsOf(shape, count) {
  const pairs = []
  for (let one = 0; one < count; one++) {
    for (let other = one + 1; other < count; other++) {
      if (shape === 'all' || (shape === 'line' ? other === one + 1 : one === 0)) pairs.push([one, other])
    }
  }
  return pairs
}
