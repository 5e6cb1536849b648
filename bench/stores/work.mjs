// What the workloads share.

/**
 * A store or a Hypercore.
 * @typedef {object} Side
 * @property {(stream: boolean | import('@manycore/hypercore-types').NoiseStream) => import('@manycore/hypercore-types').ReplicationStream} replicate
 */

export const AT_ONCE = 64
export const BLOCK = Buffer.alloc(100, 'x')

/** @param {number} i */
export const name = (i) => `core ${i}`

/** @returns {() => { ms: number }}  ends the measurement */
export function start() {
  const before = performance.now()
  return () => ({ ms: performance.now() - before })
}

/**
 * Runs `work(i)` for i in [0, n), so many of them at a time.
 * @param {number} n
 * @param {number} atOnce
 * @param {(i: number) => unknown} work
 */
export async function inParallel(n, atOnce, work) {
  let i = 0
  const worker = async () => {
    while (i < n) await work(i++)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/**
 * Joins two stores, or Hypercores, by streams whose bytes go straight to the other.
 * @param {Side} near
 * @param {Side} far
 */
export function connect(near, far) {
  const [a, b] = [near.replicate(true), far.replicate(false)]
  for (const stream of [a, b]) stream.on('error', () => {}) // cut when the stores close
  a.pipe(b).pipe(a)
  return [a, b]
}

/** Bytes of heap and what hangs on it, collected. */
export function memoryInUse() {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
