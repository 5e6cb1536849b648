import b4a from 'b4a'
import type { Index } from '@manycore/reconcile'
import type { ChangePlace } from '../stored-copies.js'
import { isDamage } from './damage.js'

const EPOCH_BYTES = 16
const COUNTER_BYTES = 8

/** The place in the journal up to which an index is current: epoch, counter. */
export function writeStamp({ epoch, counter }: ChangePlace): Uint8Array {
  const stamp = new Uint8Array(EPOCH_BYTES + COUNTER_BYTES)
  stamp.set(epoch)
  new DataView(stamp.buffer).setBigUint64(EPOCH_BYTES, BigInt(counter))
  return stamp
}

/** @returns null if it is none */
export function readStamp(stamp: Uint8Array | null): ChangePlace | null {
  if (stamp?.byteLength !== EPOCH_BYTES + COUNTER_BYTES) return null
  const counter = new DataView(stamp.buffer, stamp.byteOffset).getBigUint64(EPOCH_BYTES)
  return { epoch: stamp.slice(0, EPOCH_BYTES), counter: Number(counter) }
}

export function isSameEpoch(one: ChangePlace, other: ChangePlace): boolean {
  return b4a.equals(one.epoch, other.epoch)
}

/** @returns null if there is no index, or none that can be read */
export async function stampOf(index: Index): Promise<ChangePlace | null> {
  try {
    await index.ready()
    return readStamp(index.stamp)
  } catch (err) {
    if (isDamage(err)) return null
    throw err
  }
}
