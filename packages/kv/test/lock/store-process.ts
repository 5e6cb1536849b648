import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Interface, createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const FIXTURE = fileURLToPath(new URL('../fixtures/open-store.cjs', import.meta.url))
const running = new Set<StoreProcess>()

/** Another process, which opens a store on demand. */
export class StoreProcess {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #ended: Promise<unknown>

  /** @param as  'bun' = one for which there are no locks of the operating system */
  static async start(directory: string, as: 'node' | 'bun'): Promise<StoreProcess> {
    const child = spawn(process.execPath, [FIXTURE, directory, ...(as === 'bun' ? ['--bun'] : [])], {
      stdio: ['pipe', 'pipe', 'inherit']
    })
    const it = new StoreProcess(child, createInterface({ input: child.stdout! }))
    running.add(it)
    await it.#answer()
    return it
  }

  private constructor(child: ChildProcess, lines: Interface) {
    this.#child = child
    this.#lines = lines[Symbol.asyncIterator]()
    this.#ended = once(child, 'exit')
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** @returns 'ok' or the error's code */
  tell(command: 'open' | 'put' | 'close'): Promise<string> {
    this.#child.stdin!.write(`${command}\n`)
    return this.#answer()
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
    running.delete(this)
  }

  /** Until kill(): the process is stopped, but has not ended. */
  stop(): void {
    this.#child.kill('SIGSTOP')
  }

  async #answer(): Promise<string> {
    return String((await this.#lines.next()).value)
  }
}

export async function killAll(): Promise<void> {
  await Promise.all(Array.from(running, (each) => each.kill()))
}
