import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../workspace/root.mjs'
import { must } from '../process/run.mjs'

/** What this project stands on, or is used with. */
const PACKAGES = [
  'hypercore',
  'hypercore-storage',
  'protomux',
  'rocksdb-native',
  'hyperswarm',
  'autobase',
  'hyperdrive',
  'hyperbee'
]

/** The oldest Hypercore that is supported, with the hypercore-storage of its time. */
export const OLDEST = { hypercore: '11.37.1', 'hypercore-storage': '3.3.1' }

/** @returns {Promise<Record<string, string>>} package → the version that is `latest` on the registry */
export async function newestUpstream() {
  /** @type {Record<string, string>} */
  const versions = {}
  for (const name of PACKAGES) {
    const { stdout } = await must('npm', ['view', name, 'version'])
    versions[name] = stdout.trim()
  }
  return versions
}

/**
 * What this project is developed on, a range or a version.
 * @param {string} name
 */
export function catalogVersion(name) {
  const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  return new RegExp(`^  '?${name}'?: (.*)$`, 'm').exec(catalog)?.[1]
}
