import { readdirSync } from 'node:fs'
import timers from 'node:timers'
import { setImmediate as turn } from 'node:timers/promises'
import { queryObjects, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')

/**
 * What the process holds, once what nobody holds is gone. Timers are counted also when they do not keep the
 * process alive (unref), which Node does not tell: every one that is set from now on is remembered.
 */
export class Resources {
  #timers = new Set()
  #classes = new Map()
  #restore = []

  constructor() {
    for (const name of ['setTimeout', 'setInterval']) {
      const set = globalThis[name]
      const counting = Object.assign((...args) => this.#count(set(...args)), set)
      const fromModule = timers[name]
      globalThis[name] = timers[name] = counting
      this.#restore.push(() => Object.assign(globalThis, { [name]: set }))
      this.#restore.push(() => Object.assign(timers, { [name]: fromModule }))
    }
  }

  /** Back to the timers that were there. */
  release() {
    for (const restore of this.#restore) restore()
  }

  /** From now on the objects of this class that are alive are counted. */
  count(name, { constructor }) {
    this.#classes.set(name, constructor)
  }

  /** @returns  { heap: bytes, objects: by name, handles: by kind (sockets, servers, pipes), timers, descriptors: null where the system does not list them } */
  async now() {
    this.#live() // holds those that are over no more
    for (let i = 0; i < 4; i++) {
      await turn()
      collectGarbage()
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    const handles = {}
    for (const kind of process.getActiveResourcesInfo()) {
      if (kind.endsWith('Wrap')) handles[kind] = (handles[kind] ?? 0) + 1
    }
    const objects = {}
    for (const [name, of] of this.#classes) objects[name] = queryObjects(of, { format: 'count' })
    const descriptors = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : null
    return { heap: heapUsed + arrayBuffers, objects, handles, timers: this.#live().length, descriptors }
  }

  #count(timer) {
    this.#timers.add(timer)
    if (this.#timers.size > 10_000) this.#live()
    return timer
  }

  /** `_destroyed` of Node's Timeout (20.20 lib/internal/timers.js): it has fired for the last time, or was cleared. */
  #live() {
    for (const timer of this.#timers) if (timer._destroyed) this.#timers.delete(timer)
    return [...this.#timers]
  }
}
