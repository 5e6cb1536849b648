// What a package brings along when it is the only one installed, by npm from its tarball.
import { join } from 'node:path'
import { install, pack } from './pack.mjs'
import { report } from './report.mjs'
import { node } from './run.mjs'
import { checked, readJson } from './workspace.mjs'

/** Package → what must not come with it. */
const UNWANTED = {
  '@manycore/keychain':
    /^(hypercore|hypercore-storage|rocksdb-native|corestore|@manycore\/(?!hypercore-types|keychain).*)$/,
  '@manycore/sessions': /^(corestore|@manycore\/(?!hypercore-types|sessions).*)$/,
  '@manycore/replicator': /^(corestore|@manycore\/(?!hypercore-types|replicator).*)$/
}

const tarballs = await pack(checked)
const cases = {}
for (const { name } of tarballs) {
  if (name in UNWANTED)
    cases[`alone: ${name} installs and loads with no more than it needs`] = () => alone(name)
}
await report(cases)

async function alone(name) {
  const project = await install(tarballs, [name])
  const { packages } = readJson(join(project, 'node_modules/.package-lock.json'))
  const unwanted = Object.keys(packages)
    .map((path) => path.split('node_modules/').at(-1))
    .filter((each) => UNWANTED[name].test(each))
    .map((each) => `${name} pulls in ${each}: take it as an argument, or declare an interface for it`)

  const { code, output } = await node(['-e', `require('${name}')`], { cwd: project, timeoutMs: 60_000 })
  return code === 0 ? unwanted : [...unwanted, `require('${name}') fails:\n${output}`]
}
