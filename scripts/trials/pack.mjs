import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { must } from '../process/run.mjs'
import { PNPM } from '../build/setup.mjs'
import { packagesOf } from '../workspace/packages.mjs'

/** @typedef {import('../workspace/packages.mjs').Package & { tarball: string, files: string[] }} Tarball  tarball: its path; files: paths in it */

/** @typedef {{ dependencies?: Record<string, string>, overrides?: Record<string, string> }} Fields  of a package.json */

/**
 * A temporary directory outside the workspace, removed when this process ends.
 * @param {string} name
 */
export function temporary(name) {
  const dir = mkdtempSync(join(tmpdir(), `manycore-${name}-`))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/**
 * Packs every published package as it would go to a registry.
 * @param {string} base
 * @returns {Promise<Tarball[]>}
 */
export async function pack(base) {
  const published = packagesOf(base).filter((each) => each.published)
  const filters = published.map(({ name }) => `--filter=${name}`)
  const args = [...PNPM, '-r', ...filters, 'pack', '--json', '--pack-destination', temporary('tarballs')]
  const { stdout } = await must('npx', args, { cwd: base })
  /** @type {{ name: string, filename: string, files: { path: string }[] }[]} */
  const packed = [JSON.parse(stdout)].flat()

  return published.map((each) => {
    const found = packed.find(({ name }) => name === each.name)
    if (found === undefined) throw new Error(`pnpm packed no ${each.name}`)
    return { ...each, tarball: found.filename, files: found.files.map(({ path }) => path) }
  })
}

/**
 * A project of a user, outside the workspace, with tarballs installed by npm.
 * @param {Tarball[]} tarballs  what pack() gave: every package of ours comes from there, never from a registry
 * @param {string[]} wanted    names to install; their peers come with them, in whatever version npm takes
 * @param {Fields} [extra]     more fields of package.json
 * @returns {Promise<string>} its directory
 */
export async function install(tarballs, wanted, extra = {}) {
  const dir = temporary('consumer')
  const ours = Object.fromEntries(tarballs.map(({ name, tarball }) => [name, `file:${tarball}`]))
  const { overrides, dependencies } = extra
  const manifest = {
    private: true,
    dependencies: { ...optionalPeers(tarballs, wanted), ...pick(ours, wanted), ...dependencies },
    overrides: { ...ours, ...overrides }
  }
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest, null, 2))
  // Native add-ons bring what they need; some would download it instead, were their scripts run.
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--ignore-scripts']
  await must('npm', ['install', ...quiet], { cwd: dir })
  return dir
}

/**
 * npm installs the peers of a package by itself, but for those that it may go without.
 * @param {Tarball[]} tarballs
 * @param {string[]} wanted
 * @returns {Record<string, string>}
 */
function optionalPeers(tarballs, wanted) {
  const manifests = tarballs.filter(({ name }) => wanted.includes(name)).map(({ manifest }) => manifest)
  return Object.fromEntries(
    manifests.flatMap(({ peerDependencies, peerDependenciesMeta = {} }) =>
      Object.entries(peerDependenciesMeta)
        .filter(([, { optional }]) => optional)
        .map(([peer]) => [peer, peerDependencies?.[peer] ?? '*'])
    )
  )
}

/**
 * @param {Record<string, string>} object
 * @param {string[]} names
 */
function pick(object, names) {
  return Object.fromEntries(names.map((name) => [name, object[name] ?? '*']))
}
