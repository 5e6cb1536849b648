import type { InnerCore } from '@manycore/hypercore-types'

/** One name of a core. */
export interface CoreName {
  /** The name that the core was made under. */
  readonly name: string
  /** 32 bytes. */
  readonly namespace: Uint8Array
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
   * @param discoveryKey 32 bytes; not kept, not changed
   * @returns the core, opened or opening; null when it is not held here. A rejection is reported as
   *          'core-error' and looks to the remote like null.
   */
  open(discoveryKey: Uint8Array): Promise<InnerCore | null>
  /**
   * Keeps a core open while a policy is asked about it; absent = cores do not close by themselves here.
   * @returns  releases it; called once
   * @throws   when the core is closing already
   */
  hold?(core: InnerCore): () => void
  /**
   * The names of a core, for policies: all that are known at the moment of the call. Absent = names are not known here.
   * @returns null or an empty list = it has none
   */
  describe?(core: InnerCore): Promise<readonly CoreName[] | CoreName | null>
  /** 'downloading': a session of this core began to want data. */
  on(event: 'downloading', fn: (core: InnerCore) => void): unknown
  /** Removes a listener that was added with `on`. */
  off(event: 'downloading', fn: (core: InnerCore) => void): unknown
  /**
   * Calls `fn` at once for every core that comes in, before `open()` can have said null for it again. A source that
   * has this may be asked once only for a core that is not here.
   * @returns ends that
   */
  watch?(fn: (core: InnerCore) => void): () => void
}
