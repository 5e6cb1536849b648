/** @typedef {(n: number) => number} Random  integers in [0, n) */

/** @typedef {import('@manycore/kv/faults').Fault} Fault */

/** @typedef {import('@manycore/kv').Op} Op */

/**
 * @param {Random} random
 * @param {string} place
 * @returns {Fault} a fault of a disk that does not lie: what fails says so, whether it was done or not, but perhaps too late
 */
export function drawFault(random, place) {
  /** @type {Fault['on']} */
  const on = pick(random, ['write', 'write', 'sync', 'sync', 'truncate', 'unlink', 'stat', 'read'])
  /** @type {Fault['action'][]} */
  const actions = on === 'write' ? ['fail', 'fail-after', 'tear'] : ['fail', 'fail-after']
  if (on === 'sync') actions.push('forget', 'forget')
  const action = pick(random, actions)
  const isOne = place === 'one file'
  const file = isOne
    ? /./
    : pick(random, [/MANIFEST/, /MANIFEST/, /\.log$/, /\.log$/, /\.seg$/, /\.val$/, /./])
  return {
    on,
    action,
    file,
    nth: 1 + random(random(4) === 0 ? 100 : isOne ? 30 : 5),
    ...(action === 'tear' && { keep: random(200) })
  }
}

/** @param {Random} random */
export function drawSizes(random) {
  return {
    memtableBytes: 500 + random(random(3) === 0 ? 20_000 : 4000),
    cacheBytes: random(50_000),
    levelSizes: { level0Segments: 1 + random(3), level1Bytes: 30_000, ratio: 3, segmentBytes: 10_000 }
  }
}

/**
 * @param {Random} random
 * @returns {Op[]}
 */
export function drawOps(random) {
  const key = () => Buffer.from(`key ${random(60)}`)
  return Array.from({ length: 1 + random(5) }, () => {
    const kind = random(14)
    if (kind === 0) return { type: 'delRange', start: key(), end: key() }
    if (kind < 3) return { type: 'del', key: key() }
    if (kind > 4) return { type: 'put', key: key(), value: Buffer.alloc(random(300), random(256)) }
    const page = Buffer.alloc(4096)
    page[random(4096)] = 1 + random(255)
    return { type: 'put', key: Buffer.from(`page ${random(3)}`), value: page }
  })
}

/**
 * @template T
 * @param {Random} random
 * @param {readonly T[]} list
 * @returns {T}
 */
export function pick(random, list) {
  return /** @type {T} */ (list[random(list.length)])
}
