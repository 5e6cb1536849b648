import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A process whose functions can be called. */
export class Member {
  #child
  #calls = new Map()
  #next = 0
  #log = ''
  #waiting = []
  #ready = withResolvers()

  /** resolves with the signal that ended it, or null */
  exit

  /**
   * @param file     of this folder; it answers orders (orders.mjs)
   * @param command  words to put before Node's, such as those that enter a namespace
   */
  constructor(file, command = []) {
    const [program, ...args] = [...command, process.execPath, fileURLToPath(new URL(file, import.meta.url))]
    const stdio = ['ignore', 'pipe', 'pipe', 'ipc']
    this.#child = spawn(program, args, { stdio })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.#log += text))
    }
    this.exit = new Promise((resolve) => {
      this.#child.once('error', (err) => this.#fail(err, null, resolve))
      this.#child.once('close', (code, signal) => {
        this.#fail(new Error(`${file} ended with ${signal ?? `code ${code}`}\n${this.#log}`), signal, resolve)
      })
    })
    this.#child.on('message', (message) => this.#onmessage(message))
  }

  get pid() {
    return this.#child.pid
  }

  /** Calls one function of the process. Rejects when it throws, or when the process ends before it answered. */
  async call(order, args = {}) {
    await this.#ready.promise
    const call = withResolvers()
    const id = this.#next++
    this.#calls.set(id, call)
    this.#child.send({ id, order, args })
    return call.promise
  }

  /** Resolves once the process has told as many different news of this kind. */
  async told(kind, count) {
    const call = withResolvers()
    this.#waiting.push({ kind, count, call })
    this.#check()
    return call.promise
  }

  kill() {
    this.#child.kill('SIGKILL')
    return this.exit
  }

  #news = new Map()

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

  #fail(err, signal, resolve) {
    this.#ready.reject(err)
    for (const call of this.#calls.values()) call.reject(err)
    for (const { call } of this.#waiting) call.reject(err)
    this.#calls.clear()
    this.#waiting.length = 0
    resolve(signal)
  }
}

function withResolvers() {
  let resolve, reject
  const promise = new Promise((res, rej) => {
    resolve = res
    reject = rej
  })
  promise.catch(() => {}) // whoever awaits it hears of it
  return { promise, resolve, reject }
}
