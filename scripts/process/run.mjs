import { spawn } from 'node:child_process'

/** npm and npx are batch files on Windows, which Node starts only through a shell. */
const shell = process.platform === 'win32'

/**
 * Runs one program to its end; never reads stdin.
 * @param command  program, found on PATH
 * @param args     arguments, passed as they are
 * @param options  cwd; env, added to this process's own; timeoutMs, then it is killed;
 *                 show: its output goes to the terminal instead of into the result
 * @returns        { code, output, timedOut }: code is 1 when a signal ended it; output is stdout and stderr in
 *                 the order they came, stdout is stdout alone
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
      child.stdout.setEncoding('utf8').on('data', (text) => {
        output += text
        stdout += text
      })
      child.stderr.setEncoding('utf8').on('data', (text) => {
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

/** As run(), on this process's own Node; the first argument is the script. */
export function node(args, options) {
  return run(process.execPath, args, options)
}

/** As run(), but a failure throws what the program printed. */
export async function must(command, args, options) {
  const result = await run(command, args, options)
  if (result.code !== 0) {
    throw new Error(`${[command, ...args].join(' ')} exited with ${result.code}\n${result.output}`)
  }
  return result
}
