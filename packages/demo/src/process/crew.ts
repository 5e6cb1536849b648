import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { LEAVE_MS } from '../defaults.js'
import { DemoError } from '../errors.js'
import type { Counts, FromRole, RoleName, Roles } from './messages.js'

/** The built roles, even if this file runs from its source, as a test may do: a child process knows no TypeScript. */
const ROLES = new URL('../../dist/roles/', import.meta.url)

/** A role in a process of its own. */
export interface Member<R extends RoleName> {
  readonly pid: number | undefined
  /** Resolves with what its work comes to. Never rejects: whatever breaks the run rejects `Crew.wait()`. */
  readonly done: Promise<Roles[R]['result']>
  /** Ends the process once it has closed its store. */
  leave(): Promise<void>
}

/** The processes of one run: what happens to one of them ends the run, and none outlives it. */
export class Crew {
  readonly #members = new Set<{ leave(): Promise<void> }>()
  readonly #onleft: (name: string, how: string) => void
  readonly #broken = withResolvers<never>()

  /**
   * @param signal  its abort makes every wait() throw its reason
   * @param onleft  called for a process that was told to leave, with how it ended
   */
  constructor(signal: AbortSignal, onleft: (name: string, how: string) => void) {
    this.#onleft = onleft
    // wait() is where it is noticed; between two waits nobody listens.
    this.#broken.promise.catch(() => {})
    signal.addEventListener('abort', () => this.#broken.reject(signal.reason))
  }

  /**
   * Starts a role in a process of its own.
   * @param params      what its work gets
   * @param onprogress  called with its counts, again and again
   */
  start<R extends RoleName>(
    name: R,
    params: Roles[R]['params'],
    onprogress: (counts: Counts) => void
  ): Member<R> {
    const child = fork(fileURLToPath(new URL(`${name}.js`, ROLES)), {
      // Its stdout would end up in the middle of the table.
      stdio: ['ignore', process.stderr, process.stderr, 'ipc']
    })
    const result = withResolvers<Roles[R]['result']>()
    const exit = withResolvers<void>()
    let told = false

    child.on('message', ({ progress, done, failed }: FromRole<R>) => {
      if (progress) onprogress(progress)
      if (done) result.resolve(done)
      if (failed) this.#broken.reject(new DemoError(`${name} (process ${child.pid}) failed: ${failed}`))
    })
    child.on('error', (err) => {
      this.#broken.reject(new DemoError(`${name}: ${err.message}`))
      if (child.pid === undefined) ended() // it was never started
    })
    child.on('exit', (code, killer) => {
      const how = code === 0 ? 'has left' : `ended with ${killer ?? `code ${code}`}`
      if (!told || code !== 0) this.#broken.reject(new DemoError(`${name} (process ${child.pid}) ${how}`))
      if (told) this.#onleft(name, how)
      ended()
    })

    const ended = (): void => {
      this.#members.delete(member)
      exit.resolve()
    }

    const leave = async (): Promise<void> => {
      told = true
      if (child.connected) child.send({ leave: true })
      const timer = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS)
      await exit.promise
      clearTimeout(timer)
    }

    const member = { pid: child.pid, done: result.promise, leave }
    this.#members.add(member)
    child.send({ start: params })
    return member
  }

  /** Waits for a promise, or throws what broke the run before it was settled. */
  wait<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([this.#broken.promise, promise])
  }

  /** Lets every process close its store and end. */
  async dismiss(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.leave()))
  }
}

interface Resolvers<T> {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (reason: unknown) => void
}

/** Promise.withResolvers(), which Node has since 22. */
function withResolvers<T>(): Resolvers<T> {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((res, rej) => {
    resolve = res
    reject = rej
  })
  return { promise, resolve, reject }
}
