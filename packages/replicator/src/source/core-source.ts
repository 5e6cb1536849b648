import type { InnerCore } from '@manycore/hypercore-types'
import type { StoredCopies } from '../mirror/stored-copies.js'

/** One name of a core. */
export interface CoreName {
  /** The name that the core was made under. */
  readonly name: string
  /** 32 bytes. */
  readonly namespace: Uint8Array
}

/** What a source says of the cores that it has loaded, and lets go of before their time. */
export interface LoadedCores {
  /** Whether a core is loaded, and not closing. @param discoveryKey  32 bytes */
  has(discoveryKey: Uint8Array): boolean
  /** Closes a core now, in the background, if nobody uses it. @returns whether it closes */
  close(core: InnerCore): boolean
  /**
   * Calls `fn` each time that a core is used by nobody any more, and once it has closed.
   * @returns a function that stops it
   */
  watch(fn: (core: InnerCore, what: 'idle' | 'closed') => void): () => void
}

/**
 * Where a Replicator finds cores. Anything of this shape will do: the session table of
 * `@manycore/sessions`, the `HypercoreSet` of this package, or one of your own.
 */
export interface CoreSource {
  /** The loaded cores; those that are closing may be left out. */
  [Symbol.iterator](): Iterator<InnerCore>
  /**
   * A remote asks for this core.
   * @param discoveryKey  32 bytes; neither kept nor changed
   * @returns the core, open or opening; null if it is not here. A rejection is reported as a 'core-error', and looks to
   *          the remote like null
   */
  open(discoveryKey: Uint8Array): Promise<InnerCore | null>
  /**
   * Keeps a core open while a remote waits for it. Without it, cores are taken not to close by themselves.
   * @returns a function that releases the core; called once
   * @throws  if the core is closing already
   */
  hold?(core: InnerCore): () => void
  /**
   * Tells policies the names of a core: all that are known at the moment of the call. Without it, cores have no names.
   * @returns null or an empty list if the core has none
   */
  describe?(core: InnerCore): Promise<readonly CoreName[] | CoreName | null>
  /**
   * Names for a view, as far as they are known at once. What is not known is looked up, some cores at a time, and is there the next
   * time. Without it, the entries of a view have no names.
   * @param discoveryKeys  32 bytes each
   * @param found  called once more names are known
   * @returns one entry per key, in the same order: the first name of the core; null if it has none, or if that is not known yet
   */
  namesOf?(discoveryKeys: readonly Uint8Array[], found: () => void): readonly (CoreName | null)[]
  /** What is stored, open or not. Only with this, and with `watch()`, the replicator can mirror. */
  readonly stored?: StoredCopies
  /** What is loaded. Only with this, `maxOpenCores` of a mirror can be given. */
  readonly loaded?: LoadedCores
  /** 'downloading': a session of this core began to want data. */
  on(event: 'downloading', fn: (core: InnerCore) => void): unknown
  /** Removes a listener that was added with `on`. */
  off(event: 'downloading', fn: (core: InnerCore) => void): unknown
  /**
   * Calls `fn` at once for every core that comes in, before `open()` can answer null for it again. Only with this, the
   * replicator remembers which cores are not here; otherwise it asks every time.
   * @returns a function that stops it
   */
  watch?(fn: (core: InnerCore) => void): () => void
}
