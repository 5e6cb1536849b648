// docs/errors.md is written from the error tables of the packages: `node scripts/checks/errors.mjs --write`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { report } from '../process/report.mjs'
import { LOAD_ERRORS } from '../build/requirements.mjs'
import { checked, packagesOf } from '../workspace/packages.mjs'

const FILE = join(checked, 'docs/errors.md')
const INTRODUCTION = `# Errors

Tell errors apart by their code. \`instanceof\` is no help: each package is a bundle of its own, and a program may have two
versions of one. Every package that throws exports \`isManycoreError\`, which works for the errors of all of them:

\`\`\`js
import { Corestore, isManycoreError } from '@manycore/corestore'

const store = new Corestore('./errors-data')
const again = new Corestore('./errors-data')
await store.ready()
try {
  await again.ready()
} catch (err) {
  if (!isManycoreError(err, 'ELOCKED')) throw err
  console.log(\`The store is in use by process \${err.holder ?? 'unknown'}\`)
}
await store.close()
\`\`\`

\`isManycoreError(err)\` is true for every error in the tables below, \`isManycoreError(err, 'ELOCKED', 'STORAGE_CORRUPT')\` for
those that have one of these codes. TypeScript then knows the code and the fields, and refuses a code that does not exist.

| field | is there | is |
| --- | --- | --- |
| \`code\` | always | the code, stable within a major version; the message starts with it |
| \`field\` | with \`BAD_ARGUMENT\`, which is a \`TypeError\` | the argument or option at fault, as the caller writes it: \`limits.pendingOpens\` |
| \`cause\` | if another error is the reason | that error |
| \`holder\` | with \`ELOCKED\`, if it is known | the id of the process that has the store open |
| \`file\`, \`offset\` | with \`ENGINE_CORRUPT\`, if they are known | the name of the file, and bytes from its start |

Several failures of one \`close()\` are an \`AggregateError\`: look into its \`errors\`.

Errors of Hypercore, hypercore-storage and Node pass through as they are. \`isManycoreError()\` is false for them; their
\`code\`, such as Hypercore's \`REQUEST_TIMEOUT\`, is theirs to document. Some codes here are spelled like one of theirs because
they mean the same: to handle both, compare \`err.code\`.

The tables are generated from the packages.`

const packages = packagesOf(checked).filter(
  ({ dir, published }) => published && existsSync(join(dir, 'src/errors.ts'))
)
const tables = await Promise.all(packages.map(async (each) => ({ ...each, codes: await codesOf(each) })))

if (process.argv.includes('--write')) writeFileSync(FILE, await render())

await report({
  'errors: every package exports its table of codes': () =>
    tables
      .filter(({ codes }) => !codes)
      .map(
        ({ name }) =>
          `${name}: export the *_ERRORS table from src/index.ts, name the package in tsconfig.json, and build`
      ),
  'errors: docs/errors.md says what the packages throw': async () => {
    const same = existsSync(FILE) && readFileSync(FILE, 'utf8') === (await render())
    return same ? [] : ['docs/errors.md is out of date: run `node scripts/checks/errors.mjs --write`']
  }
})

/**
 * The built package's `*_ERRORS` constant: code → meaning.
 * @param {{ dir: string }} package
 * @returns {Promise<Record<string, string> | undefined>}
 */
async function codesOf({ dir }) {
  const built = join(dir, 'dist/index.js')
  if (!existsSync(built)) return undefined
  const module = await import(pathToFileURL(built).href)
  const name = Object.keys(module).find((each) => each.endsWith('_ERRORS'))
  return name === undefined ? undefined : module[name]
}

async function render() {
  const loading = { name: 'When a package is loaded', codes: LOAD_ERRORS }
  const sections = [...tables, loading]
    .map(({ name, codes }) => ({ name, codes: codes ?? {} }))
    .filter(({ codes }) => Object.keys(codes).length > 0)
    .map(({ name, codes }) => {
      const rows = Object.entries(codes).map(([code, meaning]) => `| \`${code}\` | ${cell(meaning)} |`)
      return [`## ${name}`, '', '| code | meaning |', '| --- | --- |', ...rows].join('\n')
    })
  const text = [INTRODUCTION, ...sections].join('\n\n')
  return format(text, { ...(await resolveConfig(FILE)), parser: 'markdown' })
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
