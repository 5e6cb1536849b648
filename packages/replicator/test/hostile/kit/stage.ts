import { systemClock } from '@manycore/ground'
import { expect } from 'vitest'
import type { Clock, Limits } from '../../../src/index.js'
import { read, side, type Side } from '../../kit/side.js'
import { inMemory, type Wire } from '../../kit/wires.js'
import { HostilePeer } from './hostile-peer.js'
import { noteOffences, type Offence } from './offences.js'

export interface Stage {
  near: Side
  honest: Side
  hostile: HostilePeer
  /** ours, towards the hostile peer */
  stream: Wire[0]
  offences: Offence[]
}

/** One of ours between an honest and a hostile peer. */
export async function stage(
  limits: Partial<Limits> = {},
  reads = true,
  wire: () => Promise<Wire> = inMemory,
  clock: Clock = systemClock
): Promise<Stage> {
  const near = side({ limits, clock })
  const honest = await joined(near)
  const [stream, theirs] = await wire()
  near.replicator.replicate(stream)
  const offences = noteOffences(near.replicator)
  const hostile = new HostilePeer(theirs)
  if (reads) hostile.listen()
  await carriesOn(near, honest)
  return { near, honest, hostile, stream, offences }
}

/** An honest peer of ours. */
export async function joined(near: Side): Promise<Side> {
  const honest = side()
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  honest.replicator.replicate(other)
  return honest
}

/** A block appended on our side arrives at the honest peer, and the other way. */
export async function carriesOn(near: Side, honest: Side): Promise<void> {
  for (const [from, to] of [
    [near, honest],
    [honest, near]
  ] as const) {
    const core = await from.source.get({ blocks: ['carries on'] })
    expect(await read(await to.source.get({ key: core.key! }))).toBe('carries on')
  }
}

/** A stream's 'close'; true, so that it can be expected. */
export function closed(stream: Wire[0]): Promise<boolean> {
  if (stream.destroyed) return Promise.resolve(true)
  return new Promise((resolve) => stream.once('close', () => resolve(true)))
}
