import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Result } from '../src/run.js'

const BIN = fileURLToPath(new URL('../bin.mjs', import.meta.url))

/** What the demo prints with --json. */
export type Summary = Result

/** The demo in a process of its own, as a person would start it. */
export class DemoProcess {
  stdout = ''
  stderr = ''
  readonly child: ChildProcess
  readonly #closed: Promise<unknown[]>

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [BIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true // a process group of its own, as a terminal gives it one
    })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.#closed = once(this.child, 'close')
    onTestFinished(() => this.#cleanUp())
  }

  /**
   * Waits for its end. The roles write to the same stderr, so that it closes only after the last of them:
   * an orphan would make this time out.
   * @returns exit code; null when a signal ended it
   */
  async end(): Promise<number | null> {
    const [code] = await this.#closed
    return code as number | null
  }

  /** A test that failed must not leave processes to the next one. */
  #cleanUp(): void {
    const { stderr } = this.child
    if (stderr?.closed === false) process.kill(-Number(this.child.pid), 'SIGKILL')
  }

  /** What a terminal does on Ctrl-C: the signal goes to all processes of the group. */
  interrupt(): void {
    process.kill(-Number(this.child.pid), 'SIGINT')
  }

  /** Waits until stderr holds something; then it has happened. */
  async saw(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stderr)
      if (match) return match
      const more = this.child.stderr && once(this.child.stderr, 'data')
      const ended = await Promise.race([more, this.#closed.then(() => 'ended')])
      if (ended === 'ended') throw new Error(`the demo ended without ${pattern}:\n${this.stderr}`)
    }
  }
}

/** Runs the demo to its end. @throws what it printed, when it failed */
export async function runDemo(dir: string, data: string): Promise<Summary> {
  const demo = new DemoProcess(dir, '--data', data, '--json')
  if ((await demo.end()) !== 0) throw new Error(demo.stderr)
  return JSON.parse(demo.stdout) as Summary
}
