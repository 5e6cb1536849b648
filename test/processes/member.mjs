import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/**
 * A promise, and what settles it.
 * @template T
 * @typedef {{ promise: Promise<T>, resolve: (value: T) => void, reject: (err: Error) => void }} Resolvers
 */

/** @typedef {{ ready?: boolean, id?: number, result?: unknown, error?: string, news?: Record<string, unknown> }} Message */

/** A process whose functions can be called. */
export class Member {
  /** @type {import('node:child_process').ChildProcess} */
  #child
  /** @type {Map<number | undefined, Resolvers<any>>} */
  #calls = new Map()
  #next = 0
  #log = ''
  /** @type {{ kind: string, count: number, call: Resolvers<void> }[]} */
  #waiting = []
  /** @type {Resolvers<void>} */
  #ready = withResolvers()

  /**
   * Resolves with the signal that ended it, or null.
   * @type {Promise<NodeJS.Signals | null>}
   */
  exit

  /**
   * @param {URL} file  a script that answers orders (orders.mjs)
   * @param {object} [options]
   * @param {string[]} [options.command]  words to put before Node's, such as those that enter a namespace
   * @param {string[]} [options.flags]    of Node
   * @param {(line: string) => boolean} [options.online]  told each line that the process prints; true = not to be kept
   */
  constructor(file, { command = [], flags = [], online = () => false } = {}) {
    const script = fileURLToPath(file)
    const [program = '', ...args] = [...command, process.execPath, ...flags, script]
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface(stream).on('line', (line) => online(line) || (this.#log += `${line}\n`))
    }
    this.exit = new Promise((resolve) => {
      this.#child.once('error', (err) => this.#fail(err, null, resolve))
      this.#child.once('close', (code, signal) => {
        this.#fail(
          new Error(`${basename(script)} ended with ${signal ?? `code ${code}`}\n${this.#log}`),
          signal,
          resolve
        )
      })
    })
    this.#child.on('message', (message) => this.#onmessage(/** @type {Message} */ (message)))
  }

  get pid() {
    return this.#child.pid
  }

  /**
   * Calls one function of the process. Rejects when it throws, or when the process ends before it answered.
   * @param {string} order
   * @param {object} [args]
   * @returns {Promise<any>}
   */
  async call(order, args = {}) {
    await this.#ready.promise
    const call = withResolvers()
    const id = this.#next++
    this.#calls.set(id, call)
    this.#child.send({ id, order, args }, (err) => {
      if (err) call.reject(err) // it is ending
    })
    return call.promise
  }

  /**
   * Resolves once the process has told as many different news of this kind.
   * @param {string} kind
   * @param {number} count
   * @returns {Promise<void>}
   */
  async told(kind, count) {
    /** @type {Resolvers<void>} */
    const call = withResolvers()
    this.#waiting.push({ kind, count, call })
    this.#check()
    return call.promise
  }

  kill() {
    this.#child.kill('SIGKILL')
    return this.exit
  }

  /** @type {Map<string, Set<unknown>>} */
  #news = new Map()

  /** @param {Message} message */
  #onmessage({ ready, id, result, error, news }) {
    if (ready) this.#ready.resolve()
    for (const [kind, value] of Object.entries(news ?? {})) {
      this.#news.set(kind, (this.#news.get(kind) ?? new Set()).add(value))
      this.#check()
    }
    const call = this.#calls.get(id)
    this.#calls.delete(id)
    if (error) call?.reject(new Error(error))
    else call?.resolve(result)
  }

  #check() {
    this.#waiting = this.#waiting.filter(({ kind, count, call }) => {
      if ((this.#news.get(kind)?.size ?? 0) < count) return true
      call.resolve()
      return false
    })
  }

  /**
   * @param {Error} err
   * @param {NodeJS.Signals | null} signal
   * @param {(signal: NodeJS.Signals | null) => void} resolve
   */
  #fail(err, signal, resolve) {
    this.#ready.reject(err)
    for (const call of this.#calls.values()) call.reject(err)
    for (const { call } of this.#waiting) call.reject(err)
    this.#calls.clear()
    this.#waiting.length = 0
    resolve(signal)
  }
}

/**
 * @template T
 * @returns {Resolvers<T>}
 */
function withResolvers() {
  /** @type {Partial<Resolvers<T>>} */
  const parts = {}
  const promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }))
  promise.catch(() => {}) // whoever awaits it hears of it
  return /** @type {Resolvers<T>} */ ({ ...parts, promise })
}
