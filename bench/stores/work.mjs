// What the workloads share.

export const AT_ONCE = 64
export const BLOCK = Buffer.alloc(100, 'x')

export const name = (i) => `core ${i}`

/** @returns ends the measurement */
export function start() {
  const before = performance.now()
  return () => ({ ms: performance.now() - before })
}

/** Runs `work(i)` for i in [0, n), so many of them at a time. */
export async function inParallel(n, atOnce, work) {
  let i = 0
  const worker = async () => {
    while (i < n) await work(i++)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** Joins two stores, or Hypercores, by streams whose bytes go straight to the other. */
export function connect(near, far) {
  const [a, b] = [near.replicate(true), far.replicate(false)]
  for (const stream of [a, b]) stream.on('error', () => {}) // cut when the stores close
  a.pipe(b).pipe(a)
  return [a, b]
}

/** Bytes of heap and what hangs on it, collected. */
export function memoryInUse() {
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
