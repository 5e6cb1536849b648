import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { must } from './run.mjs'
import { PNPM } from './setup.mjs'
import { packagesOf } from './workspace.mjs'

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
 * @param wanted    names to install; peers come with them, in the version that the workspace has
 * @param extra     more fields of package.json
 * @returns         its directory
 */
export async function install(tarballs, wanted, extra = {}) {
  const dir = temporary('consumer')
  const ours = Object.fromEntries(tarballs.map(({ name, tarball }) => [name, `file:${tarball}`]))
  const { overrides, dependencies } = extra
  const manifest = {
    private: true,
    dependencies: { ...peersOf(tarballs, wanted), ...pick(ours, wanted), ...dependencies },
    overrides: { ...ours, ...overrides }
  }
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest, null, 2))
  await must('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'], {
    cwd: dir
  })
  return dir
}

function peersOf(tarballs, wanted) {
  const peers = tarballs
    .filter(({ name }) => wanted.includes(name))
    .flatMap(({ dir, manifest }) =>
      Object.keys(manifest.peerDependencies ?? {}).map((peer) => {
        const file = createRequire(join(dir, 'package.json')).resolve(`${peer}/package.json`)
        return [peer, JSON.parse(readFileSync(file, 'utf8')).version]
      })
    )
  return Object.fromEntries(peers)
}

function pick(object, names) {
  return Object.fromEntries(names.map((name) => [name, object[name]]))
}
