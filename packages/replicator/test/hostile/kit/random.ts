/** mulberry32: the same numbers for the same seed, in [0, n) */
export function seeded(seed: number): (n: number) => number {
  let state = seed >>> 0
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n)
  }
}

/** From the environment, to repeat a failure, or always the same. */
export function seed(): number {
  return Number(process.env['MANYCORE_SEED'] ?? 20_251)
}
