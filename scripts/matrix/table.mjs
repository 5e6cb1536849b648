import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { root } from '../workspace/root.mjs'

/** @typedef {{ step: string, versions: string, result: string }} Row */

const LIMITS = join(root, 'docs/limits.md')
const PLACE = /(<!-- matrix -->)(.*)(<!-- \/matrix -->)/s

/**
 * Writes the result of one step into the table of docs/limits.md; the rows of the other steps stay, if they still exist.
 * @param {string[]} steps  names of all steps, in the order of the table
 * @param {Row} row
 */
export async function writeRow(steps, { step, versions, result }) {
  const text = readFileSync(LIMITS, 'utf8')
  const rows = new Map(rowsIn(PLACE.exec(text)?.[2] ?? ''))
  rows.set(step, [step, versions, result, new Date().toISOString().slice(0, 10)])

  const known = steps.flatMap((name) => (rows.has(name) ? [`| ${rows.get(name)?.join(' | ')} |`] : []))
  const table = ['| step | with | result | run on |', '| --- | --- | --- | --- |', ...known].join('\n')
  const changed = text.replace(PLACE, (_whole, start, _old, end) => `${start}\n\n${table}\n\n${end}`)
  writeFileSync(LIMITS, await format(changed, { ...(await resolveConfig(LIMITS)), parser: 'markdown' }))
}

/**
 * @param {string} table
 * @returns {[string, string[]][]}
 */
function rowsIn(table) {
  return table
    .split('\n')
    .map((line) => line.split('|').slice(1, -1))
    .filter((cells) => cells.length === 4)
    .map((cells) => cells.map((cell) => cell.trim()))
    .map((cells) => [cells[0] ?? '', cells])
}
