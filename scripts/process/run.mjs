import { spawn } from 'node:child_process'

/**
 * Longer than anything takes that ends, on a slow machine that does other things as well: what is still running then
 * hangs. No limit in the checks is shorter, so that none depends on how fast a machine is.
 */
export const HANG_MS = 600_000

/** npm and npx are batch files on Windows, which Node starts only through a shell. */
const shell = process.platform === 'win32'

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string>} [env]  added to this process's own
 * @property {number} [timeoutMs]            then it is killed; by default it may run for ever
 * @property {boolean} [show]                its output goes to the terminal instead of into the result
 */

/**
 * @typedef {object} Ended
 * @property {number} code       1 if a signal ended it
 * @property {string} output     stdout and stderr, in the order in which they came
 * @property {string} stdout     stdout alone
 * @property {boolean} timedOut
 */

/**
 * Runs one program to its end; never reads stdin.
 * @param {string} command  program, found on PATH
 * @param {string[]} args   passed as they are
 * @param {RunOptions} [options]
 * @returns {Promise<Ended>}
 */
export function run(command, args, { cwd, env, timeoutMs, show = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...(show ? {} : { NO_COLOR: '1', FORCE_COLOR: '0' }), ...env },
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      shell: shell && command !== process.execPath
    })

    let output = ''
    let stdout = ''
    let timedOut = false
    const timer = timeoutMs && setTimeout(kill, timeoutMs)

    function kill() {
      timedOut = true
      child.kill('SIGKILL')
    }

    if (!show) {
      child.stdout?.setEncoding('utf8').on('data', (text) => {
        output += text
        stdout += text
      })
      child.stderr?.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }

    child.on('error', (err) => {
      clearTimeout(timer)
      reject(err)
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? 1, output, stdout, timedOut })
    })
  })
}

/**
 * As run(), on this process's own Node; the first argument is the script.
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export function node(args, options) {
  return run(process.execPath, args, options)
}

/**
 * As run(), but a failure throws what the program printed.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export async function must(command, args, options) {
  const result = await run(command, args, options)
  if (result.code !== 0) {
    throw new Error(`${[command, ...args].join(' ')} exited with ${result.code}\n${result.output}`)
  }
  return result
}
