import b4a from 'b4a'
import type { Hypercore } from '@manycore/hypercore-types'
import { readAll, readStream } from '../../compliance/case.js'
import { Store } from '../../compliance/store.js'
import type { StoragePlace } from '../../compliance/index.js'
import { randomNumbers } from './random.js'

const CORES = 4
const GROUPS = 2

/**
 * Random calls on one store, the same for the same seed; every step's outcome is noted.
 * @returns one line a step
 */
export async function runWorkload(place: StoragePlace, seed: number, steps: number): Promise<string[]> {
  const workload = new Workload(place, seed)
  const notes: string[] = []
  try {
    for (let i = 0; i < steps; i++) notes.push(`${i} ${await workload.step()}`)
    notes.push(await workload.readEverything())
  } finally {
    await workload.close()
  }
  return notes
}

class Workload {
  readonly #place: StoragePlace
  readonly #random: (n: number) => number
  #store: Store
  #held: Hypercore<string>[] = []
  #blocks = 0

  constructor(place: StoragePlace, seed: number) {
    this.#place = place
    this.#random = randomNumbers(seed)
    this.#store = new Store(place.open())
  }

  async step(): Promise<string> {
    const steps = [
      () => this.#append(),
      () => this.#append(),
      () => this.#append(),
      () => this.#truncate(),
      () => this.#clear(),
      () => this.#setUserData(),
      () => this.#setGroup(),
      () => this.#snapshot(),
      () => this.#readSnapshot(),
      () => this.#useDraft(),
      () => this.#commitDraft(),
      () => this.#useAtom(),
      () => this.#readCore(),
      () => this.#readStored(),
      () => (this.#random(4) === 0 ? this.#reopen() : this.#readCore())
    ]
    try {
      return await steps[this.#random(steps.length)]!()
    } catch (err) {
      return `refused: ${(err as Error).message}` // by every storage alike
    }
  }

  /** All that there is, through Hypercore and past it. */
  async readEverything(): Promise<string> {
    const lines: string[] = []
    for (let i = 0; i < CORES; i++) lines.push(await describe(await this.#core(i)))
    return [...lines, await this.#readStored()].join('\n')
  }

  async close(): Promise<void> {
    await this.#store.close()
  }

  #core(i: number = this.#random(CORES)): Promise<Hypercore<string>> {
    return this.#store.core(`core ${i}`)
  }

  #newBlocks(): string[] {
    const size = this.#random(8) === 0 ? 6000 : 12
    return Array.from({ length: 1 + this.#random(30) }, () => `${this.#blocks++} `.padEnd(size, 'x'))
  }

  async #append(): Promise<string> {
    const core = await this.#core()
    const { length, byteLength } = await core.append(this.#newBlocks())
    return `append: ${length}, ${byteLength} bytes`
  }

  async #truncate(): Promise<string> {
    const core = await this.#core()
    if (core.length === 0) return 'nothing to truncate'
    await core.truncate(this.#random(core.length))
    return `truncate: ${core.length}, fork ${core.fork}`
  }

  async #clear(): Promise<string> {
    const core = await this.#core()
    const start = this.#random(core.length + 1)
    await core.clear(start, start + this.#random(40))
    return `clear: from ${start}`
  }

  async #setUserData(): Promise<string> {
    const core = await this.#core()
    await core.setUserData(`key ${this.#random(3)}`, `value ${this.#blocks++}`)
    return 'user data'
  }

  async #setGroup(): Promise<string> {
    const core = await this.#core()
    await core.setGroup(b4a.alloc(32, 1 + this.#random(GROUPS)))
    return 'group'
  }

  async #snapshot(): Promise<string> {
    const snapshot = (await this.#core()).snapshot<string>({ valueEncoding: 'utf-8' })
    await snapshot.ready()
    this.#held.push(snapshot)
    return `snapshot: ${snapshot.length}`
  }

  async #readSnapshot(): Promise<string> {
    if (this.#held.length === 0) return 'no snapshot'
    const [snapshot] = this.#held.splice(this.#random(this.#held.length), 1)
    const blocks = await readAll(snapshot!)
    await snapshot!.close()
    return `snapshot: ${JSON.stringify(blocks)}`
  }

  async #useDraft(): Promise<string> {
    const draft = (await this.#core()).session<string>({ name: 'draft', valueEncoding: 'utf-8' })
    await draft.append(this.#newBlocks())
    if (this.#random(3) === 0) await draft.truncate(draft.length - 1)
    const blocks = await readAll(draft)
    await draft.close()
    return `draft: ${JSON.stringify(blocks)}`
  }

  async #commitDraft(): Promise<string> {
    const core = await this.#core()
    const draft = core.session<string>({ name: 'draft', valueEncoding: 'utf-8' })
    try {
      await core.commit(draft)
      return `commit: ${core.length}`
    } finally {
      await draft.close()
    }
  }

  async #useAtom(): Promise<string> {
    const atom = this.#store.storage.createAtom()
    const first = this.#random(CORES)
    const cores = [await this.#core(first), await this.#core((first + 1) % CORES)]
    const sessions = cores.map((core) => core.session<string>({ atom, valueEncoding: 'utf-8' }))
    for (const session of sessions) await session.append(this.#newBlocks())
    const isFlushed = this.#random(3) > 0
    if (isFlushed) await atom.flush()
    for (const session of sessions) await session.close()
    return `atom: ${isFlushed}, ${cores.map((core) => core.length).join(' and ')}`
  }

  async #readCore(): Promise<string> {
    return describe(await this.#core())
  }

  async #readStored(): Promise<string> {
    const { storage } = this.#store
    const hex = (key: Uint8Array): string => b4a.toString(key, 'hex')
    const stored: unknown[] = [(await readStream(storage.createDiscoveryKeyStream())).map(hex)]
    stored.push(await readStream(storage.createAliasStream(b4a.alloc(32))))
    for (let i = 1; i <= GROUPS; i++) stored.push(await storage.getGroup(b4a.alloc(32, i)))
    for (const { discoveryKey } of await readStream(storage.createCoreStream()))
      stored.push(await storage.export(discoveryKey))
    return `stored: ${toText(stored)}`
  }

  async #reopen(): Promise<string> {
    for (const snapshot of this.#held.splice(0)) await snapshot.close()
    await this.#store.close()
    this.#store = new Store(this.#place.open())
    return 'reopened'
  }
}

async function describe(core: Hypercore<string>): Promise<string> {
  const { length, fork, byteLength } = core
  const data = await Promise.all([0, 1, 2].map((i) => core.getUserData(`key ${i}`)))
  const audit = await core.core!.audit({ dryRun: true })
  return toText({ length, fork, byteLength, data, audit, blocks: await readAll(core) })
}

/** JSON with bytes in hex, and without the time of day at which a head was signed. */
function toText(value: unknown): string {
  return JSON.stringify(value, (key, each: { type?: string; data?: number[] } | null) => {
    if (key === 'timestamp') return undefined
    return each?.type === 'Buffer' ? b4a.toString(b4a.from(each.data!), 'hex') : each
  })
}
