import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { filesUnder, shown } from './packages.mjs'

/**
 * Files of git, and new ones that it would take; without git, what lies there. Those that are deleted are left out.
 * @param {string} base
 * @returns {string[]}  relative to base, with slashes
 */
export function trackedFiles(base) {
  return listed(base).filter((file) => existsSync(join(base, file)))
}

/**
 * @param {string} base
 * @returns {string[]}
 */
function listed(base) {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  try {
    const text = execFileSync('git', args, {
      cwd: base,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore']
    })
    return text.split('\0').filter(Boolean)
  } catch {
    return filesUnder(base, /./).map((file) => shown(base, file))
  }
}
