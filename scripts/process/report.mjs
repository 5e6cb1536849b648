/** @typedef {Record<string, () => string[] | Promise<string[]>>} Cases  name → function that returns its problems */

/**
 * Runs the cases of one check and prints the Test Anything Protocol, which scripts/test.mjs counts:
 * `ok name`, or `not ok name` with the problems under it. The exit code is 1 when a case failed.
 * With `--list` it prints their names, one per line, and runs nothing.
 * @param {Cases} cases  no problems = passed; a throw is a problem
 * @param {() => Promise<unknown>} [prepare]  makes what the cases need, before the first of them
 * @throws  what prepare throws
 */
export async function report(cases, prepare) {
  if (process.argv.includes('--list')) {
    for (const name of Object.keys(cases)) console.log(name)
    return
  }
  await prepare?.()
  for (const [name, find] of Object.entries(cases)) {
    const problems = await collect(find)
    console.log(`${problems.length === 0 ? 'ok' : 'not ok'} ${name}`)
    for (const problem of problems) console.log(problem.replace(/^/gm, '  '))
    if (problems.length > 0) process.exitCode = 1
  }
}

/** @param {Cases[string]} find */
async function collect(find) {
  try {
    return await find()
  } catch (err) {
    return [err instanceof Error ? (err.stack ?? err.message) : String(err)]
  }
}
