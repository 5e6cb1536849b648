/** @typedef {import('../play.mjs').State} State */

/** Bytes by which two measurements of a running process may differ. */
const SLACK = 4e6

/**
 * What there is more of than before, for a person.
 * @param {State} base
 * @param {State} left
 * @returns {string[]}
 */
export function leftovers(base, left) {
  const found = []
  for (const kind of /** @type {const} */ (['heap', 'buffers'])) {
    const grown = left[kind] - base[kind]
    if (grown > SLACK) found.push(`${(grown / 1e6).toFixed(0)} MB of ${kind}`)
  }
  if (left.streams > 0) found.push(`${left.streams} streams`)
  if (left.cores > base.cores) found.push(`${left.cores - base.cores} open cores`)
  for (const [kind, count] of Object.entries(left.handles)) {
    const more = count - (base.handles[kind] ?? 0)
    if (more > 0) found.push(`${more} × ${kind}`)
  }
  return found
}
