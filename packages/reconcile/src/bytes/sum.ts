import { SUM_BYTES } from '../defaults.js'

/** Adds the 256 bits at one place to those at another, modulo 2^256, the lowest byte first. */
export function addSum(to: Uint8Array, toOffset: number, from: Uint8Array, fromOffset: number): void {
  let carry = 0
  for (let i = 0; i < SUM_BYTES; i++) {
    carry += to[toOffset + i]! + from[fromOffset + i]!
    to[toOffset + i] = carry
    carry >>>= 8
  }
}

/** Subtracts instead. */
export function subtractSum(to: Uint8Array, toOffset: number, from: Uint8Array, fromOffset: number): void {
  let borrow = 0
  for (let i = 0; i < SUM_BYTES; i++) {
    borrow += to[toOffset + i]! - from[fromOffset + i]!
    to[toOffset + i] = borrow
    borrow >>= 8
  }
}
