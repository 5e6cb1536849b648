import '../process/require-node.mjs'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../workspace/root.mjs'
import { must, node } from '../process/run.mjs'

/**
 * Arguments of `npx` for the one version of the package manager, which is fetched once and kept. The package is a
 * flag, because below another `npx -p` a plain name is taken for a command of that one's package.
 */
export const PNPM = ['-y', '--package=pnpm@12.20.0', '--', 'pnpm']

const STAMP = join(root, 'node_modules/.cache/manycore-install')

/**
 * Makes the workspace ready: installs what the lockfile names, then builds. Needs nothing but Node and npm.
 * Says one line per slow step; says nothing when there is nothing to do.
 * @throws what the package manager or the compiler printed
 */
export async function setup() {
  await install()
  await build()
}

/** Installs, unless the last install was of these same manifests. */
export async function install() {
  const wanted = fingerprint()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return

  console.error('Installing packages (the first time this takes about a minute)')
  // CI: pnpm asks nothing.
  await must('npx', [...PNPM, 'install', '--frozen-lockfile'], { cwd: root, env: { CI: 'true' } })
  mkdirSync(dirname(STAMP), { recursive: true })
  writeFileSync(STAMP, wanted)
}

/** Declarations by tsc, code by bundle.mjs: of what changed since the last build. */
export async function build() {
  if (!existsSync(join(root, 'packages/corestore/dist'))) console.error('Building')
  const { code, output } = await node([join(root, 'node_modules/typescript/bin/tsc'), '-b'], { cwd: root })
  if (code !== 0) throw new Error(`tsc -b failed\n${output}`)
  const { bundle } = await import('./bundle.mjs') // of what install() has brought
  await bundle(root)
}

/** Changes when an install would do something: manifests, lockfile, or the machine's platform. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests()]) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

function manifests() {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)
  return ['.', 'examples', 'bench', 'docs', 'test/mesh', ...packages]
    .map((dir) => `${dir}/package.json`)
    .filter((file) => existsSync(join(root, file)))
    .toSorted()
}
