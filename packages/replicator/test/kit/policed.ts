import b4a from 'b4a'
import type { Hypercore, NoiseStream } from '@manycore/hypercore-types'
import type { ReplicationPolicy } from '../../src/index.js'
import { side, type Side } from './side.js'
import { inMemory } from './wires.js'

export interface Connected {
  near: Side
  far: Side
  one: NoiseStream
  other: NoiseStream
  /** 'open' and 'secret', two blocks each */
  ours: { open: Hypercore; secret: Hypercore }
}

/** Two sides, of which the near one has two cores and this policy on the stream. */
export async function connected(policy: (ours: Connected['ours']) => ReplicationPolicy): Promise<Connected> {
  const [near, far] = [side(), side()]
  const ours = {
    open: await near.source.get({ blocks: ['open', 'open2'] }),
    secret: await near.source.get({ blocks: ['secret', 'secret2'] })
  }
  const [one, other] = await inMemory()
  near.replicator.replicate(one, { policy: policy(ours) })
  far.replicator.replicate(other)
  return { near, far, one, other, ours }
}

export async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setImmediate(resolve))
}

export async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
}

export function hex(bytes: Uint8Array | null): string {
  return b4a.toString(bytes!, 'hex')
}
