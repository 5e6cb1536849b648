// docs/errors.md is written from the error tables of the packages: `node scripts/checks/errors.mjs --write`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { report } from '../process/report.mjs'
import { LOAD_ERRORS } from '../build/requirements.mjs'
import { checked, packagesOf } from '../workspace/packages.mjs'

const FILE = join(checked, 'docs/errors.md')
const packages = packagesOf(checked).filter(({ dir }) => existsSync(join(dir, 'src/errors.ts')))
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

/** The built package's `*_ERRORS` constant: code → meaning. */
async function codesOf({ dir }) {
  const built = join(dir, 'dist/index.js')
  if (!existsSync(built)) return undefined
  const module = await import(pathToFileURL(built))
  const name = Object.keys(module).find((each) => each.endsWith('_ERRORS'))
  return name && module[name]
}

async function render() {
  const loading = { name: 'When a package is loaded', codes: LOAD_ERRORS }
  const sections = [...tables, loading]
    .filter(({ codes }) => codes)
    .map(({ name, codes }) => {
      const rows = Object.entries(codes).map(([code, meaning]) => `| \`${code}\` | ${cell(meaning)} |`)
      return [`## ${name}`, '', '| code | meaning |', '| --- | --- |', ...rows].join('\n')
    })
  const text = [
    '# Errors',
    'Every error has a `code`, stable within a major version, and a message that starts with it. A mistake of the caller\n' +
      'is a `TypeError` with the code `BAD_ARGUMENT` and a `field`. This file is generated from the packages.',
    ...sections
  ].join('\n\n')
  return format(text, { ...(await resolveConfig(FILE)), parser: 'markdown' })
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
