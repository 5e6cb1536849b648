/**
 * The same choices for the same seed (mulberry32).
 * @returns  int(n): a whole number in [0, n); pick(list): one of its members
 */
export function seeded(seed) {
  let state = seed >>> 0
  const int = (n) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n)
  }
  return { int, pick: (list) => list[int(list.length)] }
}
