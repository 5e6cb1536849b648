// The table of level.mjs.

/** @typedef {import('./ends.mjs').Figures} Figures */

/** Figures of one end are those of the end where they are higher. */
export const HEAD = `| stores | cores | changed | met | ms | KB on the wire | heap, MB: peak, in use after | grown by, MB | resident, MB | ms of the processor, both | ms to open before |
| -- | -- | -- | -- | -- | -- | -- | -- | -- | -- | -- |`

/**
 * @param {import('./level.mjs').Work} work
 * @param {readonly Figures[]} runs
 */
export function toRow({ contender, cores, changed, met }, runs) {
  /** @param {string} name @param {number} [digits] */
  const show = (name, digits = 0) => median(runs, name).toFixed(digits)
  const spread = runs.length > 1 ? ` (${range(runs, 'ms')})` : ''
  const cells = [contender, cores, changed, met, show('ms') + spread]
  cells.push((median(runs, 'bytes') / 1000).toFixed(1), `${show('heapMb', 1)}, ${show('liveMb', 1)}`)
  cells.push(show('grownMb'), show('residentMb'), show('cpuMs'), show('openMs'))
  return `| ${cells.join(' | ')} |`
}

/** @param {readonly Figures[]} runs @param {string} name */
function range(runs, name) {
  const all = runs.map((run) => run[name] ?? Number.NaN)
  return `${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)}`
}

/** @param {readonly Figures[]} runs @param {string} name */
function median(runs, name) {
  const sorted = runs.map((run) => run[name] ?? Number.NaN).toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
