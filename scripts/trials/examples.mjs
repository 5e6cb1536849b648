// Every file of examples/ runs to its end.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { report } from '../process/report.mjs'
import { HANG_MS, node } from '../process/run.mjs'
import { runSnippet } from './snippet.mjs'
import { checked, filesUnder, shown } from '../workspace/packages.mjs'

const dir = join(checked, 'examples')
const files = filesUnder(dir, /\.([cm]?js|ts)$/)

/** @type {import('../process/report.mjs').Cases} */
const cases = {
  'examples: there are some': () => (files.length > 0 ? [] : ['examples/ has no file to run'])
}

for (const file of files) {
  cases[`examples: ${shown(dir, file)}`] = async () => {
    const problem = await (file.endsWith('.ts') ? runTypeScript(file) : runJavaScript(file))
    return problem ? [`${shown(checked, file)} ${problem}`] : []
  }
}

await report(cases)

/** @param {string} file */
function runTypeScript(file) {
  return runSnippet({ text: readFileSync(file, 'utf8'), language: 'ts', base: checked, owner: dir })
}

/**
 * In place, so that it finds its packages; the working directory is empty and temporary.
 * @param {string} file
 */
async function runJavaScript(file) {
  const cwd = mkdtempSync(join(tmpdir(), 'manycore-example-'))
  try {
    const { code, output, timedOut } = await node([file], { cwd, timeoutMs: HANG_MS })
    if (timedOut) return `does not end by itself within ${HANG_MS / 60_000} minutes:\n${output.trimEnd()}`
    return code === 0 ? null : `exits with ${code}:\n${output.trimEnd()}`
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}
