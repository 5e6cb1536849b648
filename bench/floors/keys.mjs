// What the keys take: libsodium, as Hypercore calls it.
import crypto from 'hypercore-crypto'
import { start } from '../stores/work.mjs'

/** @typedef {(context: { scale: number }) => { ms: number } | Promise<{ ms: number }>} Timed */

/** @param {number} n */
export const keyPairs = (n) =>
  /**
   * @param {number} n
   * @param {() => () => unknown} prepare
   * @returns {Timed}
   */
  timed(n, () => {
    const seed = Buffer.alloc(32, 1)
    return () => crypto.keyPair(seed)
  })

/** @param {number} n */
export const signatures = (n) =>
  timed(n, () => {
    const { secretKey } = crypto.keyPair()
    const message = Buffer.alloc(112, 'x')
    return () => crypto.sign(message, secretKey)
  })

/** @param {number} n */
export const verifications = (n) =>
  timed(n, () => {
    const { publicKey, secretKey } = crypto.keyPair()
    const message = Buffer.alloc(112, 'x')
    const signature = crypto.sign(message, secretKey)
    return () => crypto.verify(message, signature, publicKey)
  })

/**
 * @param {number} n
 * @param {number} bytes
 */
export const hashes = (n, bytes) =>
  timed(n, () => {
    const block = Buffer.alloc(bytes, 'x')
    return () => crypto.data(block)
  })

/** @param {Timed[]} parts */
export function together(...parts) {
  /** @param {{ scale: number }} context */
  return async (context) => {
    const all = []
    for (const part of parts) all.push(await part(context))
    return { ms: all.reduce((sum, { ms }) => sum + ms, 0) }
  }
}

/**
 * @param {number} n
 * @param {() => () => unknown} prepare
 * @returns {(context: { scale: number }) => { ms: number }}
 */
function timed(n, prepare) {
  return ({ scale }) => {
    const work = prepare()
    const stop = start()
    for (let i = 0; i < n * scale; i++) work()
    return stop()
  }
}
