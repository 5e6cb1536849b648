/** @typedef {{ kind: string, name: string, ms: number }} Timed  kind: 'step', 'test file' or 'test' */

const MOST = 10

/**
 * What took longest, of each kind, for a person.
 * @param {Timed[]} timed
 * @returns {string}  a heading and at most ten lines per kind; empty when nothing was timed
 */
export function slowest(timed) {
  const kinds = [...new Set(timed.map(({ kind }) => kind))]
  return kinds
    .map((kind) => {
      const rows = timed
        .filter((each) => each.kind === kind)
        .toSorted((a, b) => b.ms - a.ms)
        .slice(0, MOST)
        .map(({ name, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`)
      return [`Slowest ${kind}s:`, ...rows].join('\n')
    })
    .join('\n')
}
