import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import b4a from 'b4a'

const FIXTURE = fileURLToPath(new URL('../fixtures/other-process.cjs', import.meta.url))

export interface Holder {
  pid: number
  /** lets go of the store; resolves when the process has exited */
  release(): Promise<void>
}

/** Stock hypercore-storage opens the store in another process and holds it. */
export async function holdElsewhere(directory: string, opts: object = {}): Promise<Holder> {
  const { child, answer } = await start(directory, 'hold', opts)
  if (answer !== 'ok') throw new Error(answer)
  return {
    pid: child.pid!,
    release: async () => {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    }
  }
}

/** Stock hypercore-storage opens and closes the store in another process. Returns 'ok' or why not. */
export async function openElsewhere(directory: string, opts: object = {}): Promise<string> {
  const { child, answer } = await start(directory, 'open', opts)
  if (child.exitCode === null) await once(child, 'exit')
  return answer
}

/** Stock Hypercore appends to a core of the store in another process. Returns 'ok' or why not. */
export async function appendElsewhere(directory: string, key: Uint8Array): Promise<string> {
  const { child, answer } = await start(directory, 'append', { key: b4a.toString(key, 'hex') })
  if (child.exitCode === null) await once(child, 'exit')
  return answer
}

async function start(directory: string, mode: string, opts: object) {
  const child = spawn(process.execPath, [FIXTURE, directory, mode, JSON.stringify(opts)], {
    stdio: ['pipe', 'pipe', 'inherit']
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const { error = 'ok' } = JSON.parse(line) as { error?: string }
  return { child, answer: error }
}
