// npm run docs: writes the API reference of every published package, from its sources, into docs/api/ (not committed).
// `node docs/api.mjs --check` writes nothing. Both fail on whatever typedoc has to say, such as a link that leads nowhere.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../scripts/workspace/root.mjs'
import { REPOSITORY } from '../scripts/workspace/repository.mjs'
import { setup } from '../scripts/build/setup.mjs'
import { packagesOf } from '../scripts/workspace/packages.mjs'

const isCheck = process.argv.includes('--check')
if (!isCheck) await setup() // what is checked has been built
const { Application, OptionDefaults } = await import('typedoc')
const { default: ts } = await import('typescript') // 6: docs/package.json says why

const OUT = join(root, 'docs/api')
const entries = packagesOf(root)
  .filter(({ published }) => published)
  .flatMap(entriesOf)

const app = await Application.bootstrap({
  name: 'Manycore',
  basePath: root,
  readme: join(root, 'docs/api.md'),
  excludeExternals: true,
  excludePrivate: true,
  excludeProtected: true,
  blockTags: [...OptionDefaults.blockTags, '@ts-ignore'],
  excludeTags: [...OptionDefaults.excludeTags, '@ts-ignore'],
  disableGit: true,
  sourceLinkTemplate: `${REPOSITORY}/blob/main/{path}#L{line}`
})
const project = await app.converter.convert(entryPoints())
app.validate(project)
if (!isCheck) await app.generateDocs(project, OUT)
const ok = !app.logger.hasErrors() && !app.logger.hasWarnings()
if (!ok) process.exitCode = 1
console.log(`${ok ? 'ok' : 'not ok'} api: typedoc finds nothing wrong with the docstrings`)

/**
 * A package and each of its subpaths, with the source that it is built from.
 * @param {import('../scripts/workspace/packages.mjs').Package} each
 */
function entriesOf({ name, dir, manifest }) {
  return Object.keys(manifest.exports ?? {}).flatMap((path) => {
    const file = [`src${path.slice(1)}/index.ts`, `${path}/index.ts`]
      .map((each) => join(dir, each))
      .find((each) => existsSync(each))
    return file ? [{ name: join(name, path), file }] : []
  })
}

/** One program of all packages, in which a type of another package is the one that the reference has a page of. */
function entryPoints() {
  const inlined = { name: '@manycore/ground', file: join(root, 'packages/ground/src/index.ts') }
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    {
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts'],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      esModuleInterop: true,
      strict: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      paths: Object.fromEntries([...entries, inlined].map(({ name, file }) => [name, [file]])),
      noEmit: true
    }
  )
  return entries.map(({ name, file }) => {
    const sourceFile = program.getSourceFile(file)
    if (sourceFile === undefined) throw new Error(`${file} is not part of the program`)
    return { displayName: name, program, sourceFile }
  })
}
