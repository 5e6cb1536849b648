import type { Peer } from '@manycore/hypercore-types'

interface Data {
  readonly request: number
  readonly upgrade: { readonly start: number } | null
}

const senders = new WeakMap<object, Peer>()

/**
 * Remembers who sent a message of data that may prove a conflict, which Hypercore does not say
 * (hypercore 11.37.1 lib/replicator.js:1213 and lib/core.js:925).
 */
export function noteData(message: unknown, peer: Peer): void {
  const { request, upgrade } = message as Data
  if (request === 0 && upgrade?.start === 0) senders.set(message as object, peer)
}

/** @param proof  the argument of a 'conflict' */
export function senderOf(proof: object): Peer | null {
  return senders.get(proof) ?? null
}
