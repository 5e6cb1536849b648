// docs/options.md is written from the interfaces of option bags, which say the name, type and meaning of an option, and the
// tables beside them, which say its default and unit: `node scripts/checks/options.mjs --write`. See docs/adr/0016.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { report } from '../process/report.mjs'
import { checked } from '../workspace/packages.mjs'
import { readBags } from './option-tables.mjs'

const FILE = join(checked, 'docs/options.md')
const INTRODUCTION = `# Options

What a call takes besides its arguments. An option that is left out, or undefined, has its default; null means none where the
type has it. Each is read once, by its name, whether it is the object's own, inherited or a getter. A name that is no option is
refused with \`BAD_ARGUMENT\`, and the error says which one was probably meant.

This file is generated from the sources, and the test command fails when it is out of date.`

const { bags, problems } = readBags(checked)

if (process.argv.includes('--write')) writeFileSync(FILE, await render())

await report({
  'options: each has a check, a default and, of a number, its unit, each said once': () => problems,
  'options: docs/options.md says what there is': async () => {
    const same = existsSync(FILE) && readFileSync(FILE, 'utf8') === (await render())
    return same ? [] : ['docs/options.md is out of date: run `node scripts/checks/options.mjs --write`']
  }
})

/** @returns the text of the file */
async function render() {
  const packages = [...new Set(bags.map((bag) => bag.package))]
  const sections = packages.map((name) =>
    [`## ${name}`, ...bags.filter((bag) => bag.package === name).map(section)].join('\n\n')
  )
  const text = [INTRODUCTION, ...sections].join('\n\n')
  return format(text, { ...(await resolveConfig(FILE)), parser: 'markdown' })
}

/** @param {import('./option-tables.mjs').Bag} bag */
function section({ name, meaning, options, others }) {
  const rows = options.map(
    (each) =>
      `| \`${each.name}\` | \`${cell(each.type)}\`${each.unit && `, ${each.unit}`} | ${cell(each.default)} | ${cell(each.meaning)} |`
  )
  const links = others.map((other) => `[\`${other}\`](#${other.toLowerCase()})`)
  return [
    `### ${name}`,
    meaning,
    ...(rows.length > 0
      ? [['| option | type | default | what it is |', '| --- | --- | --- | --- |', ...rows].join('\n')]
      : []),
    ...(links.length > 0 ? [`And those of ${links.join(', ')}.`] : [])
  ].join('\n\n')
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')
}
