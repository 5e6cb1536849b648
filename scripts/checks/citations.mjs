// Upstream is cited by the name of a function: a line is right for one version only.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { report } from '../process/report.mjs'
import { checked } from '../workspace/packages.mjs'
import { trackedFiles } from '../workspace/tracked.mjs'

const BY_LINE = /[\w-]+\.[cm]?js(?::|,? line )\d+|[(,] ?:\d{2,4}\b/
const files = trackedFiles(checked).filter((file) => /^(packages|types)\/.*\.[cm]?ts$/.test(file))

await report({
  'citations: there are sources to read': () =>
    files.length > 0 ? [] : ['packages/ and types/ have no TypeScript'],
  'citations: upstream is cited by the name of a function, and not by a line of one version': () =>
    files.flatMap((file) =>
      readFileSync(join(checked, file), 'utf8')
        .split('\n')
        .flatMap((line, i) => (BY_LINE.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : []))
    )
})
