import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { must } from '../process/run.mjs'
import { PNPM } from '../build/setup.mjs'
import { packagesOf } from '../workspace/packages.mjs'

/** A temporary directory outside the workspace, removed when this process ends. */
export function temporary(name) {
  const dir = mkdtempSync(join(tmpdir(), `manycore-${name}-`))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/**
 * Packs every published package as it would go to a registry.
 * @returns  [{ name, manifest, dir, tarball, files }]: tarball is a path, files are paths in it
 */
export async function pack(base) {
  const published = packagesOf(base).filter((each) => each.published)
  const filters = published.map(({ name }) => `--filter=${name}`)
  const args = [...PNPM, '-r', ...filters, 'pack', '--json', '--pack-destination', temporary('tarballs')]
  const { stdout } = await must('npx', args, { cwd: base })
  const packed = [JSON.parse(stdout)].flat()

  return published.map((each) => {
    const { filename, files } = packed.find(({ name }) => name === each.name)
    return { ...each, tarball: filename, files: files.map(({ path }) => path) }
  })
}

/**
 * A project of a user, outside the workspace, with tarballs installed by npm.
 * @param tarballs  what pack() gave: every package of ours comes from there, never from a registry
 * @param wanted    names to install; their peers come with them, in whatever version npm takes
 * @param extra     more fields of package.json
 * @returns         its directory
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

/** npm installs the peers of a package by itself, but for those that it may go without. */
function optionalPeers(tarballs, wanted) {
  const manifests = tarballs.filter(({ name }) => wanted.includes(name)).map(({ manifest }) => manifest)
  return Object.fromEntries(
    manifests.flatMap(({ peerDependencies, peerDependenciesMeta = {} }) =>
      Object.entries(peerDependenciesMeta)
        .filter(([, { optional }]) => optional)
        .map(([peer]) => [peer, peerDependencies[peer]])
    )
  )
}

function pick(object, names) {
  return Object.fromEntries(names.map((name) => [name, object[name]]))
}
