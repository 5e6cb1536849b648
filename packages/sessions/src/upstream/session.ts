import type { Hypercore, InnerCore, SessionOptions } from '@manycore/hypercore-types'

/**
 * The options with which Hypercore puts a session into a list (`Hypercore._open`), and takes it out again
 * (`Hypercore._removeSession`). The session has them as its own members.
 */
export interface Listing {
  core: InnerCore
  /** The list that the session is in while it is open. */
  sessions: Hypercore<unknown>[]
  /** Called by Hypercore with a session that has left its list. */
  ongc(session: Listing): void
}

/**
 * Private members of a Hypercore session that this file touches, as of hypercore 11.39.5; they are nobody's interface.
 * @upstream hypercore Hypercore
 */
interface PrivateSession {
  /** What the session waits for before it opens; null once that has settled (`Hypercore._open`). */
  preload: Promise<Listing> | null
  closed: boolean
  /** @private */
  ongc: Listing['ongc'] | null
  // Set by the constructor from its options, before what a preload gives is known.
  wait: boolean
  timeout: number
  onwait: SessionOptions['onwait']
  onseq: SessionOptions['onseq']
  weak: boolean
  snapshotted: boolean
  _readonly: boolean
  _active: boolean
}

/** @param onleave  called with each session that has left the list: one function for all of them, which are many */
export function listing(
  core: InnerCore,
  sessions: Hypercore<unknown>[],
  onleave: (session: Listing) => void
): Listing {
  return { core, sessions, ongc: onleave }
}

/**
 * What a preload may add. Options are assigned, never spread, and none is new when Hypercore merges the preload
 * (`_open`): V8 gives an object that grows out of a spread a shape of its own, each time, and Hypercore then reads some
 * forty options the slow way, which costs 7 µs per session instead of 1.
 */
export const NOTHING_YET = {
  core: null,
  sessions: null,
  ongc: null,
  keyPair: null,
  manifest: null,
  group: null
} as const

/** What a session that is opening waits for, or null if it waits for nothing. */
export function preloadOf(session: Hypercore<unknown>): Promise<object> | null {
  return (session as unknown as PrivateSession).preload
}

/**
 * Keeps what a session's preload gives to itself. Upstream hands all of it to the sessions made from one that is still
 * opening, over what they were asked for (`Hypercore._open` reads `opts.parent.preload`): with `exclusive` the two wait
 * for each other for ever. They get the core and its list; they take the encryption from the session
 * (`Hypercore._openSession`).
 */
export function keepPreload(session: Hypercore<unknown>): void {
  const opening = session as unknown as PrivateSession
  opening.preload = opening.preload!.then(({ core, sessions, ongc }) => ({ core, sessions, ongc }))
  opening.preload.catch(() => {}) // the session's own ready() rejects with it
}

/**
 * Makes a session whose preload rejected a closed one, as upstream does when the core fails (`Hypercore._open`).
 * Without it, the session's close() would reject with the preload's error.
 */
export function retire(session: Hypercore<unknown>): void {
  if (session.closed) return
  ;(session as unknown as PrivateSession).closed = true
  session.emit('close')
}

/** Applies options that a preload gave: those that Hypercore's constructor would have read. `_open` reads the others. */
export function applyLate(session: Hypercore<unknown>, opts: SessionOptions): void {
  const constructed = session as unknown as PrivateSession
  const { wait, timeout, onwait, onseq, weak, snapshot, writable, active } = opts
  if (wait !== undefined) constructed.wait = wait !== false
  if (timeout !== undefined) constructed.timeout = timeout || 0
  if (onwait !== undefined) constructed.onwait = onwait
  if (onseq !== undefined) constructed.onseq = onseq
  if (weak !== undefined) constructed.weak = !!weak
  if (snapshot !== undefined) constructed.snapshotted = !!snapshot
  if (writable !== undefined) constructed._readonly = writable === false
  if (active !== undefined || weak) constructed._active = weak ? !!active : active !== false
}
