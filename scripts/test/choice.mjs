import { parseArgs } from 'node:util'
import { changesOf } from './changes.mjs'
import { changed, named, partsOf } from './parts.mjs'

/**
 * What the words after `npm test --` ask for.
 * @param {string} base  directory of the workspace
 * @param {string[]} words
 * @returns {{ chosen: import('./parts.mjs').Chosen, dirs: string[], remark: string | null }}
 *          dirs: of the chosen parts, relative; remark: for a person, null when everything runs
 * @throws  an Error that says which word is not understood
 */
export function choose(base, words) {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { changed: { type: 'boolean', default: false } }
  })
  if (positionals.length === 0 && !values.changed) return { chosen: null, dirs: [], remark: null }

  const parts = partsOf(base)
  const chosen = named(parts, positionals)
  let remark = `Chosen: ${list(chosen)}`
  if (values.changed) {
    const { since, files } = changesOf(base)
    const found = changed(parts, files)
    const many = `${files.length} ${files.length === 1 ? 'file has' : 'files have'} changed since ${since}`
    if (found === null) return { chosen: null, dirs: [], remark: `${many}: everything runs` }
    for (const id of found) chosen.add(id)
    remark = `${many}: ${list(chosen)}`
  }
  return { chosen, dirs: parts.filter(({ id }) => chosen.has(id)).map(({ dir }) => dir), remark }
}

/** @param {Set<string>} ids */
function list(ids) {
  return ids.size === 0 ? 'only the checks that read the tree run' : [...ids].toSorted().join(', ')
}
