// What a program pays before its first line: require() in a process that has loaded nothing yet.
import { execFileSync } from 'node:child_process'

/** @param {{ contender: { module: string } }} context */
export function importTime({ contender }) {
  const script = `const before = performance.now()
    require(${JSON.stringify(contender.module)})
    console.log(performance.now() - before)`
  const ms = execFileSync(process.execPath, ['-e', script], { cwd: import.meta.dirname })
  return { ms: Number(ms) }
}
