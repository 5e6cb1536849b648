import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { root } from './root.mjs'

/** @typedef {Record<string, string>} Versions  package → range */

/**
 * The fields of a package.json that are looked at here.
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} [version]
 * @property {boolean} [private]
 * @property {{ node: string }} [engines]
 * @property {Record<string, Target>} [exports]
 * @property {Record<string, unknown>} [imports]
 * @property {Versions} [dependencies]
 * @property {Versions} [devDependencies]
 * @property {Versions} [optionalDependencies]
 * @property {Versions} [peerDependencies]
 * @property {Record<string, { optional?: boolean }>} [peerDependenciesMeta]
 */

/** @typedef {{ types?: string, default?: string, import?: { types?: string }, require?: { types?: string } }} Target */

/**
 * @typedef {object} Package
 * @property {string} id          the name of its directory
 * @property {string} dir         absolute
 * @property {string} name
 * @property {Manifest} manifest
 * @property {boolean} published
 */

/** The directory a check looks at: its first argument, else this repository. */
export const checked = process.argv[2] && !process.argv[2].startsWith('-') ? process.argv[2] : root

const only = process.argv
  .find((arg) => arg.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',')

/**
 * Does the check that runs look at this part? At all of them, unless its arguments have `--only=kv,docs`.
 * @param {string} id
 */
export function isWanted(id) {
  return only === undefined || only.includes(id)
}

/**
 * The packages of a workspace, by directory: packages/*, then examples, bench and docs.
 * @param {string} base
 * @returns {Package[]}
 */
export function packagesOf(base) {
  const folders = readdirSync(join(base, 'packages')).map((id) => ({ id, dir: join(base, 'packages', id) }))
  return [...folders, ...['examples', 'bench', 'docs'].map((id) => ({ id, dir: join(base, id) }))]
    .filter(({ dir }) => existsSync(join(dir, 'package.json')))
    .map(({ id, dir }) => {
      const manifest = readJson(join(dir, 'package.json'))
      return { id, dir, name: manifest.name, manifest, published: !manifest.private }
    })
}

/**
 * @param {string} file
 * @returns {any}
 */
export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/**
 * Files under a directory whose path matches, absolute, sorted; installed, built and hidden folders are left out.
 * @param {string} dir
 * @param {RegExp} pattern
 * @returns {string[]}
 */
export function filesUnder(dir, pattern) {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(dir, entry.name)
      if (entry.isDirectory())
        return /^(node_modules|dist|inlined|\..*)$/.test(entry.name) ? [] : filesUnder(path, pattern)
      return pattern.test(path) ? [path] : []
    })
    .toSorted()
}

/**
 * A path as a message shows it.
 * @param {string} base
 * @param {string} file
 */
export function shown(base, file) {
  return relative(base, file).split(sep).join('/')
}
