import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packagesOf, readJson, shown } from '../workspace/packages.mjs'

/**
 * A part of the repository that can be tested alone.
 * @typedef {object} Part
 * @property {string} id       what `npm test -- id` calls it
 * @property {string} dir      relative to the root, without a slash at the end
 * @property {string[]} needs  ids of the parts that it depends on
 */

/** @typedef {Set<string> | null} Chosen  ids of parts; null = everything */

/** Parts that lie elsewhere than packages do, or are none. */
const UNPACKED = { mesh: 'test/mesh', hostile: 'test/hostile', docs: 'docs' }

/** Files outside a part that its tests read. */
const READS = { corestore: ['docs/compat.md'] }

/** What no test runs: the checks that read the tree see to it, and they always run. */
const READ_ONLY = /^(\.changeset|\.github)\//

/**
 * All parts: packages/*, examples, bench, docs, and the trials of test/mesh and test/hostile.
 * @param {string} base  directory of the workspace
 * @returns {Part[]}
 */
export function partsOf(base) {
  const packages = packagesOf(base)
  for (const [id, path] of Object.entries(UNPACKED)) {
    if (!existsSync(join(base, path)) || packages.some((each) => each.id === id)) continue
    const file = join(base, path, 'package.json')
    const manifest = existsSync(file) ? readJson(file) : {}
    packages.push({ id, dir: join(base, path), name: manifest.name ?? id, manifest, published: false })
  }
  const idOf = new Map(packages.map(({ id, name }) => [name, id]))
  return packages.map(({ id, dir, manifest }) => {
    const lists = [
      manifest.dependencies,
      manifest.peerDependencies,
      manifest.optionalDependencies,
      manifest.devDependencies
    ]
    const needs = lists.flatMap((list) => Object.keys(list ?? {})).flatMap((name) => idOf.get(name) ?? [])
    return { id, dir: shown(base, dir), needs }
  })
}

/**
 * Parts that somebody has named.
 * @param {Part[]} parts
 * @param {string[]} names
 * @returns {Set<string>}
 * @throws  an Error that says which name is unknown, and which there are
 */
export function named(parts, names) {
  const known = parts.map(({ id }) => id)
  for (const name of names) {
    if (known.includes(name)) continue
    throw new Error(`There is no package "${name}". There are: ${known.toSorted().join(', ')}.`)
  }
  return new Set(names)
}

/**
 * The parts in which files have changed, and all that depend on those.
 * @param {Part[]} parts
 * @param {string[]} files  relative to the root
 * @returns {Chosen}  null when a file belongs to no part: a check, a setting, the lockfile may matter to everything
 */
export function changed(parts, files) {
  /** @type {Set<string>} */
  const found = new Set()
  for (const file of files) {
    const owner = parts.find(({ dir }) => file.startsWith(`${dir}/`))
    if (owner) found.add(owner.id)
    else if (!READ_ONLY.test(file)) return null
    for (const [id, read] of Object.entries(READS)) if (read.includes(file)) found.add(id)
  }
  return withDependents(parts, found)
}

/**
 * @param {Part[]} parts
 * @param {Set<string>} ids
 */
function withDependents(parts, ids) {
  const found = new Set(ids)
  for (let size = -1; size !== found.size;) {
    size = found.size
    for (const { id, needs } of parts) if (needs.some((need) => found.has(need))) found.add(id)
  }
  return found
}
