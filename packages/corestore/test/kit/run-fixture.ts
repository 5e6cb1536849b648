import { execFile, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Which Corestore a fixture uses: the built packages of this repo, or npm corestore 7. */
export type Side = 'ours' | 'stock'

const run = promisify(execFile)
const path = (script: string): string => fileURLToPath(new URL(`../fixtures/${script}`, import.meta.url))

/** Runs a script of fixtures/ in a process of its own; its output, parsed as JSON, or null without output. */
export async function runFixture(script: string, side: Side, directory: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, [path(script), side, directory], {
    maxBuffer: 16 * 1024 * 1024
  })
  return stdout === '' ? null : JSON.parse(stdout)
}

/**
 * Runs a script that never ends, and kills it with SIGKILL once it has printed `count` bytes.
 * @returns the bytes it had printed when it was dead
 */
export async function killFixtureAfter(
  count: number,
  script: string,
  side: Side,
  directory: string
): Promise<number> {
  const child = spawn(process.execPath, [path(script), side, directory], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let printed = 0
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.byteLength
    if (printed >= count) child.kill('SIGKILL')
  })
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject))
  return printed
}
