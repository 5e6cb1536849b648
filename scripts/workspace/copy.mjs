import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporary } from '../trials/pack.mjs'
import { root } from './root.mjs'
import { must } from '../process/run.mjs'
import { PNPM } from '../build/setup.mjs'
import { trackedFiles } from './tracked.mjs'

/**
 * A copy of this workspace, as its files are now, with other versions of some packages: installed and built.
 * @param {Record<string, string>} versions  package → version, for every dependent within the same major, upstream's own too
 * @param {object} [options]
 * @param {boolean} [options.isFresh]  everything else in the newest version that its range takes, as a user gets it;
 *                                     default: as the lockfile has it
 * @returns {Promise<string>} its directory, removed when this process ends
 * @throws          what the package manager or the build printed
 */
export async function copyWorkspace(versions, options = {}) {
  const { isFresh = false } = options
  const copy = temporary('copy')
  chmodSync(copy, 0o755) // some tests run as another user
  for (const file of trackedFiles(root)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(join(root, file), join(copy, file), { verbatimSymlinks: true })
  }

  const manifest = join(copy, 'pnpm-workspace.yaml')
  writeFileSync(manifest, withVersions(readFileSync(manifest, 'utf8'), versions))
  if (isFresh) rmSync(join(copy, 'pnpm-lock.yaml'))
  // CI: pnpm asks nothing.
  await must('npx', [...PNPM, 'install', '--no-frozen-lockfile'], { cwd: copy, env: { CI: 'true' } })
  await must(process.execPath, ['scripts/build.mjs'], { cwd: copy })
  return copy
}

/**
 * In the catalog, and as overrides, for who does not ask the catalog.
 * @param {string} text
 * @param {Record<string, string>} versions
 */
function withVersions(text, versions) {
  const overrides = []
  let changed = text
  for (const [name, version] of Object.entries(versions)) {
    const line = new RegExp(`^  '?${name}'?: .*$`, 'm')
    if (!line.test(text)) throw new Error(`the catalog of pnpm-workspace.yaml has no ${name}`)
    changed = changed.replace(line, `  ${name}: ${version}`)
    overrides.push(`  '${name}@${version.split('.')[0]}': ${version}`)
  }
  return `${changed}\noverrides:\n${overrides.join('\n')}\n`
}
