// What must not be in the repository: addresses of registries, paths of somebody's machine, a second Hypercore 11.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { report } from '../process/report.mjs'
import { checked } from '../workspace/packages.mjs'
import { trackedFiles } from '../workspace/tracked.mjs'

const LOCKFILE = 'pnpm-lock.yaml'
const REGISTRY = /\bregistry\.[\w-]+\.\w+|\/\/[\w.:-]+\/(artifactory|repository\/npm)\b/
const MACHINE = /(?<![\w.~:/-])(\/(work|root|home|Users|tmp)|[A-Z]:\\Users)[\\/]\w/

const files = trackedFiles(checked)

await report({
  'tracked: no address of a registry': () =>
    linesWith(REGISTRY, 'leave the registry to the npm settings of whoever installs'),
  'tracked: no path of a machine': () =>
    linesWith(MACHINE, 'use a path relative to the file, or os.tmpdir()'),
  'tracked: the lockfile names no address': () => {
    const lines = read(LOCKFILE).split('\n')
    return lines.flatMap((line, i) =>
      /https?:\/\//.test(line) ? [`${LOCKFILE}:${i + 1}: ${line.trim()}`] : []
    )
  },
  'tracked: one copy of Hypercore 11': () => {
    const installed = read(LOCKFILE).split('\nsnapshots:\n')[1] ?? ''
    const copies = installed.match(/^ {2}hypercore@11\..*(?=:)/gm) ?? []
    if (copies.length === 1) return []
    return [
      `${LOCKFILE} has ${copies.length}, give the pinned version of the catalog to all:\n${copies.join('\n')}`
    ]
  }
})

/**
 * @param {RegExp} pattern
 * @param {string} advice
 */
function linesWith(pattern, advice) {
  return files.flatMap((file) => {
    const text = read(file)
    if (text.includes('\0')) return []
    return text
      .split('\n')
      .flatMap((line, i) =>
        pattern.test(line) ? [`${file}:${i + 1}: ${pattern.exec(line)?.[0]}: ${advice}`] : []
      )
  })
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(checked, file), 'utf8')
}
