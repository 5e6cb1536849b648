import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Corestore } from '@manycore/corestore'
import { MemoryEngine } from '@manycore/kv'
import { openStorage } from '@manycore/storage-adapters'
import { MemoryLevel } from 'memory-level'
import RandomAccessFile from 'random-access-file'

const STEPS = 20

/** Name → what gives the storage in a directory, again and again; `isLocked`: a second store there is refused. */
const STORAGES = {
  'a directory': { isLocked: true, place: (directory) => () => directory },
  'a hypercore-storage instance': { isLocked: true, place: (directory) => () => openStorage(directory) },
  'many files': {
    isLocked: true,
    place: (directory) => () => (name) => new RandomAccessFile(name, { directory })
  },
  'one file': { isLocked: true, place: (directory) => () => new RandomAccessFile('one', { directory }) },
  'a memory engine': { place: () => always(new MemoryEngine({ reusable: true })) },
  'memory-level': { place: () => always(new MemoryLevel()) }
}

function always(storage) {
  return () => storage
}

/** A store, what was asked of it, and what must come of that. */
class World {
  story = []
  #open
  #store
  #sessions = []
  /** after all calls so far */
  #state = 'open'
  #waiting = []
  #work = []
  /** blocks that were acknowledged, or may be there: an append that a close refused half-way */
  #acknowledged = new Set()
  #asked = new Set()

  constructor(open) {
    this.#open = open
    this.#begin()
  }

  get isSuspended() {
    return this.#state === 'suspended'
  }

  #begin() {
    this.#store = new Corestore(this.#open())
    this.#sessions = [this.#store, this.#store.session(), this.#store.namespace('n')]
    this.#state = 'open'
  }

  /** @param call  'suspend' or 'resume', by the root or a session of it */
  call(call, random) {
    const which = random(this.#sessions.length)
    this.story.push(`${call}() of ${which === 0 ? 'the root' : 'a session'}`)
    this.#state = call === 'suspend' ? 'suspended' : 'open'
    this.#expect(this.#sessions[which][call](), `${call}()`)
  }

  /** Begins an append and reads, and waits for none. */
  work(random) {
    const block = `block ${this.#asked.size}`
    this.story.push('work')
    this.#asked.add(block)
    const store = this.#sessions[random(this.#sessions.length)]
    const core = this.#store.get({ name: 'log', valueEncoding: 'utf-8' })
    this.#ended(core.append(block), () => this.#acknowledged.add(block))
    this.#ended(core.length > 0 ? core.get(0) : core.ready())
    this.#ended(store.get({ name: `core ${random(3)}` }).ready())
    this.#ended(first(store.list()))
  }

  /** Everything called so far has ended, but for what is held back. */
  async rest() {
    await Promise.all(this.#waiting.splice(0))
    if (!this.isSuspended) await Promise.all(this.#work.splice(0))
    this.story.push('rest')
  }

  /** Closes in whatever state it is, opens again, and looks at what is there. */
  async reopen(isAwaited) {
    if (isAwaited) await this.rest()
    this.story.push('close(), new store')
    const refused = { code: 'SESSION_CLOSED' }
    this.#expect(this.#store.close(), 'close()')
    for (const call of ['suspend', 'resume'])
      this.#expect(this.#store[call](), `${call}() after close()`, refused)
    await Promise.all(this.#waiting.splice(0))
    await Promise.all(this.#work.splice(0))
    this.#begin()
    await this.#check()
  }

  async end() {
    if (this.isSuspended) this.call('resume', () => 0)
    await this.rest()
    await this.#check()
    await this.#store.close()
  }

  /** A second store finds the lock taken while this one is open, and free while it is suspended. */
  async checkLock() {
    if (this.isSuspended) return
    await this.#store.ready()
    await this.rest()
    const other = new Corestore(this.#open())
    const code = await other.ready().then(
      () => 'open',
      (err) => err.code
    )
    await other.close()
    if (code !== 'ELOCKED') throw new Error(`a second store: expected ELOCKED, got ${code}`)
  }

  async #check() {
    const core = this.#store.get({ name: 'log', valueEncoding: 'utf-8' })
    await core.ready()
    const found = []
    for (let i = 0; i < core.length; i++) found.push(await core.get(i))
    const lost = [...this.#acknowledged].filter((block) => !found.includes(block))
    const strange = found.filter((block, i) => !this.#asked.has(block) || found.indexOf(block) !== i)
    if (lost.length > 0 || strange.length > 0) throw new Error(`lost: ${lost}; not asked for: ${strange}`)
    await core.close()
  }

  #expect(promise, what, { code } = {}) {
    const checked = promise.then(
      () => code !== undefined && fail(`${what}: expected ${code}, it resolved`),
      (err) => err.code !== code && fail(`${what}: expected ${code ?? 'no error'}, got ${err.stack}`)
    )
    checked.catch(() => {}) // rest() looks at it
    this.#waiting.push(checked)
  }

  /** Only a close may refuse a call; Hypercore says 'Closed', without a code, of one that waits for another. */
  #ended(promise, ondone = () => {}) {
    const store = this.#store
    const checked = promise.then(ondone, (err) => {
      const isRefusal = typeof err.code === 'string' || err.message === 'Closed'
      if (store.closing === null || !isRefusal) fail(`a call was refused: ${err.stack}`)
    })
    checked.catch(() => {}) // rest() looks at it
    this.#work.push(checked)
  }
}

async function first(rows) {
  for await (const row of rows) return row
  return null
}

function fail(message) {
  throw new Error(message)
}

/**
 * One store on some storage: suspend() and resume() of it and of its sessions, close() and a new store on the same
 * storage, in any order, awaited or not, with appends, reads and rows under way. Each must end as the table of
 * docs/lifecycle.md says, the lock must be held while it is open, and what was acknowledged be there.
 * @returns which storage it was
 */
async function runLifecycle(seed) {
  const random = randomNumbers(seed)
  const names = Object.keys(STORAGES)
  const name = names[random(names.length)]
  const { place, isLocked = false } = STORAGES[name]
  const directory = mkdtempSync(join(tmpdir(), 'manycore-life-'))
  const world = new World(place(directory))
  try {
    for (let i = 0; i < STEPS; i++) {
      const step = random(12)
      if (step < 4) world.call(random(2) === 0 ? 'suspend' : 'resume', random)
      else if (step < 7) world.work(random)
      else if (step < 8) await world.rest()
      else if (step < 9) await world.reopen(random(2) === 0)
      else if (step < 10 && isLocked) await world.checkLock()
      else for (let turns = random(5); turns > 0; turns--) await setImmediate()
    }
    await world.end()
    return name
  } catch (cause) {
    throw new Error(`seed ${seed}: ${name}: ${cause.message}\n  after ${world.story.join(', ')}`, { cause })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Seed after seed until `until()`; rejects with the first failure, which names its seed. */
export async function hunt({ seed, until }) {
  let runs = 0
  for (; !until(); runs++) await runLifecycle(seed + runs)
  return { runs, steps: runs * STEPS }
}

/** Mulberry32: integers in [0, n), the same for the same seed. */
function randomNumbers(seed) {
  let state = seed
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}
