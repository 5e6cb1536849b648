// Every fenced js or ts block of every README and of docs/ runs, twice. There is no way to opt out: what does not run
// is not an example; show it as text. Links lead somewhere, even where npm shows a README, and install lines name what
// the blocks load.
import { existsSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { importsOfText } from '../workspace/imports.mjs'
import { readMarkdown } from '../workspace/markdown.mjs'
import { report } from '../process/report.mjs'
import { REPOSITORY } from '../workspace/repository.mjs'
import { runSnippet } from './snippet.mjs'
import { checked, filesUnder, isWanted, packagesOf, shown } from '../workspace/packages.mjs'

/** @typedef {{ file: string, name: string, blocks: import('../workspace/markdown.mjs').Block[], links: import('../workspace/markdown.mjs').Link[] }} Page */

/** @type {Record<string, 'js' | 'cjs' | 'mjs' | 'ts'>} */
const LANGUAGES = { js: 'js', javascript: 'js', cjs: 'cjs', mjs: 'mjs', ts: 'ts', typescript: 'ts' }
const AMBIENT = '@manycore/hypercore-types/ambient'
const SHELLS = new Set(['sh', 'bash', 'shell', 'console'])

const packages = packagesOf(checked)
const published = packages.filter((each) => each.published)
const files = [
  ...filesUnder(checked, /README\.md$/),
  ...filesUnder(join(checked, 'docs'), /(?<!README)\.md$/).filter((file) => !isBuilt(file))
].map((file) => ({ file, name: shown(checked, file), ...readMarkdown(file) }))

/** @type {import('../process/report.mjs').Cases} */
const cases = {
  'readmes: the root and every published package have one': () =>
    [checked, ...published.map(({ dir }) => dir)]
      .map((dir) => join(dir, 'README.md'))
      .filter((home) => !files.some(({ file }) => file === home))
      .map((home) => `${shown(checked, home)} is missing`),
  'readmes: links lead somewhere, on npm as well': () => files.flatMap(brokenLinks),
  'readmes: install lines name all that the blocks load': () => files.flatMap(notInstalled),
  'readmes: where blocks load hypercore, it is said what types it has': () =>
    files.filter(isUntyped).map(untyped)
}

for (const { file, name, blocks } of files.filter((each) => isWanted(partOf(each.file)))) {
  for (const { line, text, language } of runnable(blocks)) {
    const at = `${name}:${line}`
    cases[`readmes: ${at}`] = async () => {
      const problem = await runSnippet({
        text,
        language,
        base: checked,
        owner: ownerOf(file)
      })
      return problem ? [`${at} ${problem}`] : []
    }
  }
}

await report(cases)

/** @param {import('../workspace/markdown.mjs').Block[]} blocks */
function runnable(blocks) {
  return blocks.flatMap(({ line, text, language }) => {
    const known = LANGUAGES[language ?? '']
    return known ? [{ line, text, language: known }] : []
  })
}

/** @param {Page} page */
function brokenLinks({ file, name, links }) {
  const home = packageOf(file)
  return links.flatMap(({ url, line }) => {
    const problem = brokenLink(url.replace(/#.*$/, ''), file, home)
    return problem ? [`${name}:${line} links to ${url}: ${problem}`] : []
  })
}

/**
 * @param {string} url
 * @param {string} file
 * @param {import('../workspace/packages.mjs').Package} [home]
 */
function brokenLink(url, file, home) {
  if (url === '') return null // a place in the same file
  const [, path] = url.startsWith(REPOSITORY)
    ? (/^\/(?:tree|blob)\/main\/(.*)$/.exec(url.slice(REPOSITORY.length)) ?? [])
    : []
  if (path !== undefined) return existsSync(join(checked, path)) ? null : 'there is no such file'
  if (/^[a-z]+:/.test(url)) return null
  const target = resolve(dirname(file), url)
  if (!existsSync(target)) return 'there is no such file'
  if (home === undefined || shown(home.dir, target).split('/')[0] !== '..') return null
  return `npm shows this README without it; link to ${REPOSITORY}/tree/main/${shown(checked, target)}`
}

/**
 * Of the root's README and those of the packages: they tell a reader what to install.
 * @param {Page} page
 */
function notInstalled({ file, name, blocks }) {
  if (packageOf(file) === undefined && dirname(file) !== checked) return []
  const installed = new Set(
    blocks.filter(({ language = '' }) => SHELLS.has(language)).flatMap(({ text }) => installs(text))
  )
  return runnable(blocks).flatMap(({ text, line }) =>
    importsOfText(text)
      .filter(({ specifier }) => !isBuiltin(specifier))
      .map(({ specifier }) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))
      .filter((wanted) => !installed.has(wanted))
      .map((wanted) => `${name}:${line} loads ${wanted}, which no \`npm install\` of it names`)
  )
}

/**
 * For users of TypeScript, to whom `import Hypercore from 'hypercore'` is an error otherwise.
 * @param {Page} page
 */
function isUntyped({ file, blocks }) {
  if (packageOf(file) === undefined) return false
  const loads = runnable(blocks).some(({ text }) =>
    importsOfText(text).some(({ specifier }) => specifier === 'hypercore')
  )
  return loads && !readFileSync(file, 'utf8').includes(AMBIENT)
}

/** @param {Page} page */
function untyped({ name }) {
  return `${name} loads hypercore: say that ${AMBIENT} has its types`
}

/** @param {string} text */
function installs(text) {
  return text
    .split('\n')
    .filter((line) => line.startsWith('npm install '))
    .flatMap((line) => line.replace(/#.*$/, '').split(/\s+/).slice(2))
}

/**
 * The published package whose README this is.
 * @param {string} file
 */
function packageOf(file) {
  return published.find(({ dir }) => dirname(file) === dir)
}

/**
 * `npm run docs` copies pages that docs/api.md links to.
 * @param {string} file
 */
function isBuilt(file) {
  return shown(checked, file).startsWith('docs/api/')
}

/**
 * What `npm test -- NAME` calls the part that a page is about; what stands above the packages goes with docs.
 * @param {string} file
 */
function partOf(file) {
  return packages.find(({ dir }) => dirname(file) === dir)?.id ?? 'docs'
}

/**
 * The package a page belongs to; what stands above the packages is about all, as examples/ is.
 * @param {string} file
 */
function ownerOf(file) {
  const owner = packages.find(({ dir }) => dirname(file) === dir)
  return owner ? owner.dir : join(checked, 'examples')
}
