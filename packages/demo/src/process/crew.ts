import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { LEAVE_MS } from '../defaults.mjs'
import { DemoError } from '../errors.mjs'

/** The processes of one run: what happens to one of them ends the run, and none outlives it. */
export class Crew {
  #members = new Set()
  #onleft
  #broken = withResolvers()

  /**
   * @param signal  AbortSignal; its abort makes every wait() throw its reason
   * @param onleft  function (name, how it ended), for a process that was told to leave
   */
  constructor(signal, onleft) {
    this.#onleft = onleft
    // wait() is where it is noticed; between two waits nobody listens.
    this.#broken.promise.catch(() => {})
    signal.addEventListener('abort', () => this.#broken.reject(signal.reason))
  }

  /**
   * Starts a role in a process of its own.
   * @param name        of the file in roles/
   * @param params      what its work function gets; sent as JSON
   * @param onprogress  function (counts)
   * @returns           { pid, done, leave }: done is its result; leave() ends it when it has closed its store
   */
  start(name, params, onprogress) {
    const child = fork(fileURLToPath(new URL(`../roles/${name}.mjs`, import.meta.url)), {
      // Its stdout would end up in the middle of the table.
      stdio: ['ignore', process.stderr, process.stderr, 'ipc']
    })
    const result = withResolvers()
    const exit = withResolvers()
    let told = false

    child.on('message', ({ progress, done, failed }) => {
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

    const ended = () => {
      this.#members.delete(member)
      exit.resolve()
    }

    const leave = async () => {
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
  wait(promise) {
    return Promise.race([this.#broken.promise, promise])
  }

  /** Lets every process close its store and end. */
  async dismiss() {
    await Promise.all([...this.#members].map((member) => member.leave()))
  }
}

function withResolvers() {
  let resolve, reject
  const promise = new Promise((res, rej) => {
    resolve = res
    reject = rej
  })
  return { promise, resolve, reject }
}
