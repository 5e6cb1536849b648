/** @typedef {Record<string, () => string[] | Promise<string[]>>} Cases  name → function that returns its problems */

/**
 * Runs the cases of one check and prints the Test Anything Protocol, which scripts/test.mjs counts:
 * `ok name`, or `not ok name` with the problems under it. The exit code is 1 when a case failed.
 * @param {Cases} cases  no problems = passed; a throw is a problem
 */
export async function report(cases) {
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
