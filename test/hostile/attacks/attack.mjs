/**
 * Something that a hostile peer does.
 * @typedef {object} Attack
 * @property {string} sends  what it sends, for a person
 * @property {Core} core     the one that it knows
 * @property {number} [ms]   how long it goes on; default: 3 s
 * @property {number} [streams]  how many at once; default: 1
 * @property {'tcp' | 'udx'} [transport]  default: TCP
 * @property {'unopened' | 'raw' | 'mirror'} [begins]  it has no open channel when it begins, or not even sent a handshake, or
 *           the channel of mirrors
 * @property {boolean} [isMirrored]  the victim mirrors, and stores more cores
 * @property {boolean} [isJudged]  a policy is in force for it, which takes its time
 * @property {'limited' | 'stalled'} [event]  what must be said of it: that a limit was reached or something
 *           failed (the default); or that, or that it is stalled
 * @property {number} [echoMs]  an echo may wait for so long: what holds it up has a time limit of its own
 * @property {boolean} [ofStream]  no core is concerned
 * @property {boolean} [isQuick]  it belongs to `npm test`
 * @property {(known: Known) => Run} prepare  makes what is sent, before the clock runs
 */

/** @typedef {'ours' | 'mirror' | 'partial'} Core  one that the victim writes, mirrors, or holds in part */

/**
 * What an attack is made of.
 * @typedef {object} Known
 * @property {Uint8Array} key
 * @property {Uint8Array} discoveryKey
 * @property {number} channel  ours, of the core; 0 = none is open
 * @property {Uint8Array[]} stored  the keys of the other cores that the victim mirrors
 * @property {() => Promise<import('../wire/hostile-peer.mjs').HostilePeer>} dial  another one, with keys of its own
 */

/** @typedef {(peer: import('../wire/hostile-peer.mjs').HostilePeer, signal: AbortSignal) => Promise<unknown>} Run */

/** @typedef {Record<string, Attack>} Attacks  name → attack */

/**
 * The same attack, seen differently.
 * @param {Attacks} attacks
 * @param {string} suffix  of its name
 * @param {(attack: Attack) => Partial<Attack>} change
 * @returns {Attacks}
 */
export function variants(attacks, suffix, change) {
  return Object.fromEntries(
    Object.entries(attacks).map(([name, attack]) => [
      `${name}-${suffix}`,
      { ...attack, isQuick: false, ...change(attack) }
    ])
  )
}
