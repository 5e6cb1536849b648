import b4a from 'b4a'
import { Emitter, badArgument, callEach, closeAll } from '@manycore/ground'
import type { CoreReplicator, Hypercore, InnerCore } from '@manycore/hypercore-types'
import { CORES_AT_ONCE } from '../defaults.js'
import { ReplicatorError } from '../errors.js'
import type { CoreSource } from './core-source.js'

/** Events of a `HypercoreSet`. */
export interface HypercoreSetEvents {
  /** A core of the set wants data. */
  downloading: [core: InnerCore]
  /** This Hypercore is not in the set: it failed to open, or another core has its discovery key. */
  'core-error': [err: Error, hypercore: Hypercore<unknown>]
}

interface Entry {
  readonly core: InnerCore
  /** Our own weak session: it keeps nothing open, and its 'close' says that the core is gone. */
  readonly session: Hypercore<unknown>
  readonly release: () => void
}

/**
 * Plain Hypercores as a CoreSource. A core enters once it is open, and leaves when its last session closes; the set
 * itself keeps no core open.
 */
export class HypercoreSet extends Emitter<HypercoreSetEvents> implements CoreSource {
  readonly #entries = new Map<string, Entry>()
  readonly #entering = new Set<Promise<void>>()
  /** What look-ups wait for that find no core: one promise for all of them, until another core is added. */
  #entered: Promise<unknown> | null = null
  #closing: Promise<void> | null = null

  /** @throws BAD_ARGUMENT if one of them is not a Hypercore; then none was added */
  constructor(hypercores: Iterable<Hypercore<unknown>> = []) {
    super()
    if (typeof hypercores?.[Symbol.iterator] !== 'function') {
      throw badArgument('hypercores', 'an iterable of Hypercores', hypercores)
    }
    const all = Array.from(hypercores, check)
    for (const hypercore of all) this.add(hypercore)
  }

  /** How many cores are in the set. */
  get size(): number {
    return this.#entries.size
  }

  /** The inner cores of the set. */
  [Symbol.iterator](): Iterator<InnerCore> {
    return Array.from(this.#entries.values(), (entry) => entry.core)[Symbol.iterator]()
  }

  /**
   * Adds a Hypercore. Returns at once; the core enters once it is open. Adding another session of a core that is in the
   * set changes nothing.
   * @throws BAD_ARGUMENT, REPLICATOR_CLOSED
   */
  add(hypercore: Hypercore<unknown>): void {
    if (this.#closing !== null) throw new ReplicatorError('REPLICATOR_CLOSED', 'add() after close()')
    const entering = this.#enter(check(hypercore)).finally(() => this.#entering.delete(entering))
    this.#entering.add(entering)
    this.#entered = null
  }

  /** @returns the core once it is open; null if it is not in the set */
  async open(discoveryKey: Uint8Array): Promise<InnerCore | null> {
    const id = b4a.toString(discoveryKey, 'hex')
    // A Hypercore that is still opening may not know its discovery key yet.
    if (!this.#entries.has(id)) await (this.#entered ??= Promise.allSettled(this.#entering))
    return this.#entries.get(id)?.core ?? null
  }

  /**
   * Forgets the cores and leaves them open. Does not wait for those that are still opening: they may never open.
   * Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #close(): Promise<void> {
    const sessions = Array.from(this.#entries.values(), (entry) => entry.session)
    for (const id of this.#entries.keys()) this.#leave(id)
    const steps = sessions.map((session) => () => session.close())
    return closeAll('closing a HypercoreSet', steps, CORES_AT_ONCE)
  }

  async #enter(hypercore: Hypercore<unknown>): Promise<void> {
    const opened = await openWeakly(hypercore)
    if (opened instanceof Error) {
      this.emit('core-error', opened, hypercore)
      return
    }
    const { core, session } = opened
    const id = b4a.toString(core.discoveryKey, 'hex')
    const twin = this.#entries.get(id)?.core
    if (twin !== undefined || core.closing !== null || this.#closing !== null) {
      await session.close()
      if (twin !== undefined && twin !== core) {
        this.emit(
          'core-error',
          new ReplicatorError('DUPLICATE_CORE', `${id} is in the set already`),
          hypercore
        )
      }
      return
    }

    const release = watchDownloading(core, () => this.emit('downloading', core))
    this.#entries.set(id, { core, session, release })
    session.once('close', () => this.#leave(id))
    if (core.replicator.downloading) this.emit('downloading', core)
  }

  #leave(id: string): void {
    this.#entries.get(id)?.release()
    this.#entries.delete(id)
  }
}

async function openWeakly(
  hypercore: Hypercore<unknown>
): Promise<{ core: InnerCore; session: Hypercore<unknown> } | Error> {
  try {
    const session = hypercore.session<unknown>({ weak: true })
    await session.ready()
    return { core: session.core as InnerCore, session } // an open session has a core
  } catch (err) {
    return err as Error
  }
}

function check(hypercore: Hypercore<unknown>): Hypercore<unknown> {
  if (typeof hypercore?.session === 'function' && typeof hypercore.ready === 'function') return hypercore
  throw badArgument('hypercores', 'Hypercores', hypercore)
}

interface Slot {
  watchers: Set<() => void>
  release: () => void
}

/** Our slot of a core, kept on it. One for all watchers: chained slots could only be taken out in reverse. */
const SLOT = Symbol('downloading')

/**
 * Calls `fn` whenever a session of this core begins to want data. A core has one slot for that, `ondownloading`;
 * whoever sat in it before is called as well, and gets it back in the end.
 * @returns a function that stops watching
 */
function watchDownloading(core: InnerCore, fn: () => void): () => void {
  const { watchers, release } = (core.replicator as Slotted)[SLOT] ?? take(core.replicator)
  watchers.add(fn)

  return () => {
    if (watchers.delete(fn) && watchers.size === 0) release()
  }
}

type Slotted = CoreReplicator & { [SLOT]?: Slot | undefined }

function take(replicator: Slotted): Slot {
  const before = replicator.ondownloading
  const watchers = new Set<() => void>()

  const ondownloading = (): void => {
    callEach(before === null ? watchers : [before, ...watchers])
  }
  const release = (): void => {
    replicator[SLOT] = undefined
    if (replicator.ondownloading === ondownloading) replicator.ondownloading = before
  }
  replicator.ondownloading = ondownloading
  return (replicator[SLOT] = { watchers, release })
}
