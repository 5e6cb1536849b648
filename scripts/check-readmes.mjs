// Every fenced js or ts block of every README and of docs/ runs. There is no way to opt out: what does not run
// is not an example; show it as text.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { report } from './report.mjs'
import { runSnippet } from './snippet.mjs'
import { checked, filesUnder, packagesOf, shown } from './workspace.mjs'

const LANGUAGES = { js: 'js', javascript: 'js', cjs: 'cjs', mjs: 'mjs', ts: 'ts', typescript: 'ts' }

const packages = packagesOf(checked)
const homes = [checked, ...packages.filter(({ published }) => published).map(({ dir }) => dir)]
const files = [
  ...filesUnder(checked, /README\.md$/),
  ...filesUnder(join(checked, 'docs'), /(?<!README)\.md$/)
]

const cases = {
  'readmes: the root and every published package have one': () =>
    homes
      .map((dir) => join(dir, 'README.md'))
      .filter((file) => !files.includes(file))
      .map((file) => `${shown(checked, file)} is missing`)
}

for (const file of files) {
  for (const { line, text, language } of blocks(file)) {
    const name = `${shown(checked, file)}:${line}`
    cases[`readmes: ${name}`] = async () => {
      const problem = await runSnippet({ text, language, base: checked, owner: ownerOf(file) })
      return problem ? [`${name} ${problem}`] : []
    }
  }
}

await report(cases)

function blocks(file) {
  const found = []
  visit(fromMarkdown(readFileSync(file, 'utf8')))
  return found

  function visit(node) {
    const language = node.type === 'code' && LANGUAGES[node.lang?.toLowerCase()]
    if (language) found.push({ language, text: node.value, line: node.position.start.line })
    node.children?.forEach(visit)
  }
}

/** The package a README belongs to; what stands above the packages is about all, as examples/ is. */
function ownerOf(file) {
  const owner = packages.find(({ dir }) => dirname(file) === dir)
  return owner ? owner.dir : join(checked, 'examples')
}
