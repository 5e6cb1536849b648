import { execFileSync } from 'node:child_process'

/** Branches that changes are compared with; the first that exists is taken. */
const TRUNKS = ['origin/main', 'main']

/**
 * What git says has changed: since the commit where this branch left the main branch, and in the working tree, new
 * files included. Both names of a file that was moved.
 * @param {string} base  directory of the repository
 * @returns {{ since: string, files: string[] }}  since: what it was compared with, for a person; files: relative
 * @throws  what git printed, outside a repository for example
 */
export function changesOf(base) {
  const trunk = TRUNKS.find((name) => succeeds(base, 'rev-parse', '--verify', '--quiet', `${name}^{commit}`))
  const start = trunk ? git(base, 'merge-base', 'HEAD', trunk).trim() : 'HEAD'
  const tracked = git(base, 'diff', '--name-only', '--no-renames', '--relative', '-z', start)
  const others = git(base, 'ls-files', '--others', '--exclude-standard', '-z')
  const files = new Set(`${tracked}${others}`.split('\0').filter(Boolean))
  const commit = git(base, 'rev-parse', '--short', start).trim()
  return {
    since: trunk ? `${trunk} (${commit})` : `the last commit (${commit})`,
    files: [...files].toSorted()
  }
}

/**
 * @param {string} cwd
 * @param {string[]} args
 */
function git(cwd, ...args) {
  return execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1e8,
    stdio: ['ignore', 'pipe', 'pipe']
  })
}

/**
 * @param {string} cwd
 * @param {string[]} args
 */
function succeeds(cwd, ...args) {
  try {
    git(cwd, ...args)
    return true
  } catch {
    return false
  }
}
