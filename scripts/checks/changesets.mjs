// Versions are independent: a release of one package bumps it and those that depend on it. Tried on a copy.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporary } from '../trials/pack.mjs'
import { report } from '../process/report.mjs'
import { root } from '../workspace/root.mjs'
import { must } from '../process/run.mjs'
import { checked, packagesOf, readJson, shown } from '../workspace/packages.mjs'

const CLI = join(root, 'node_modules/@changesets/cli/bin.js')
/** The package that the trial releases: a leaf with few dependents. */
const RELEASED = '@manycore/keychain'

await report({
  'changesets: status works, and every package has one for its first release': firstReleases,
  'changesets: version bumps the changed package and its dependents only': trialRelease
})

async function firstReleases() {
  const dir = copy()
  await commit(dir)
  await changeset(dir, 'status', '--output=status.json')
  /** @type {{ releases: { name: string, changesets: string[] }[] }} */
  const { releases } = readJson(join(dir, 'status.json'))
  const announced = new Set(
    releases.filter(({ changesets }) => changesets.length > 0).map(({ name }) => name)
  )
  return packagesOf(dir)
    .filter(
      ({ name, published, manifest }) => published && manifest.version === '0.0.0' && !announced.has(name)
    )
    .map(({ name }) => `${name} has no changeset for its first release: npx changeset`)
}

async function trialRelease() {
  const dir = copy()
  for (const file of changesetsOf(dir)) rmSync(file)
  for (const each of packagesOf(dir).filter(({ published }) => published)) {
    writeFileSync(
      join(each.dir, 'package.json'),
      JSON.stringify({ ...each.manifest, version: '0.1.0' }, null, 2)
    )
  }
  await commit(dir)

  writeFileSync(join(dir, '.changeset/trial.md'), `---\n'${RELEASED}': minor\n---\n\nTrial.\n`)
  await commit(dir)
  await changeset(dir, 'version')

  const packages = packagesOf(dir).filter(({ published }) => published)
  const bumped = packages.filter(({ manifest }) => manifest.version !== '0.1.0').map(({ name }) => name)
  const wanted = withDependents(packages, RELEASED)
  if (bumped.join() === wanted.join()) return []
  return [
    `a minor release of ${RELEASED} bumps ${bumped.join(', ')}\n  instead of ${wanted.join(', ')}: see .changeset/config.json`
  ]
}

/** What changesets look at: manifests and .changeset. */
function copy() {
  const dir = temporary('changesets')
  cpSync(join(checked, '.changeset'), join(dir, '.changeset'), { recursive: true })
  const files = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml'].map((name) => join(checked, name))
  for (const file of [...files, ...packagesOf(checked).map((each) => join(each.dir, 'package.json'))]) {
    if (existsSync(file)) cpSync(file, join(dir, shown(checked, file)), { recursive: true })
  }
  // The changelog writer named in the config is looked up from there.
  mkdirSync(join(dir, 'node_modules'))
  symlinkSync(join(root, 'node_modules/@changesets'), join(dir, 'node_modules/@changesets'), 'junction')
  writeFileSync(join(dir, '.gitignore'), 'node_modules\n')
  return dir
}

/** @param {string} dir */
async function commit(dir) {
  if (!existsSync(join(dir, '.git'))) await must('git', ['init', '-q', '-b', 'main'], { cwd: dir })
  const identity = [
    '-c',
    'user.name=check',
    '-c',
    'user.email=check@example.org',
    '-c',
    'commit.gpgsign=false'
  ]
  await must('git', ['add', '-A'], { cwd: dir })
  await must('git', [...identity, 'commit', '-q', '-m', 'copy'], { cwd: dir })
}

/**
 * @param {string} dir
 * @param {string[]} args
 */
function changeset(dir, ...args) {
  return must(process.execPath, [CLI, ...args], { cwd: dir })
}

/** @param {string} dir */
function changesetsOf(dir) {
  const names = readdirSync(join(dir, '.changeset')).filter(
    (name) => name.endsWith('.md') && name !== 'README.md'
  )
  return names.map((name) => join(dir, '.changeset', name))
}

/**
 * A package and all that depend on it, directly or not, in the order of the list.
 * @param {import('../workspace/packages.mjs').Package[]} packages
 * @param {string} name
 */
function withDependents(packages, name) {
  const found = new Set([name])
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const { name: each, manifest } of packages) {
      const needs = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
      if (needs.some((need) => found.has(need))) found.add(each)
    }
  }
  return packages.map((each) => each.name).filter((each) => found.has(each))
}
