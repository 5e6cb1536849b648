import type { Hypercore } from '@manycore/hypercore-types'
import { ManualClock } from '../../kit/manual-clock.js'
import { read, side, type Side } from '../../kit/side.js'
import { inMemory, type Wire } from '../../kit/wires.js'
import { noteOffences, type Offence } from './offences.js'
import { type OpenPeer, peerOf } from './open-peer.js'

export interface Replicated {
  near: Side
  writer: { side: Side; core: Hypercore; stream: Wire[0] }
  /** of near */
  copy: Hypercore
  clock: ManualClock
  offences: Offence[]
}

/** A writer, and one of ours that has read all of its blocks, unless `reads` is false. Time is the test's, unless `isTimed` is false. */
export async function replicated(
  blocks: string[] = ['a', 'b', 'c'],
  reads = true,
  isTimed = true
): Promise<Replicated> {
  const clock = new ManualClock()
  const limits = { stalledMs: Infinity }
  const [near, far] = [side(isTimed ? { clock, limits } : { limits }), side()]
  const core = await far.source.get({ blocks })
  const offences = noteOffences(near.replicator)
  const [stream] = await connect(far, near)
  const copy = await near.source.get({ key: core.key! })
  await peerOf(copy)
  if (reads) for (const index of blocks.keys()) await read(copy, index)
  else await until(() => copy.length === blocks.length)
  return { near, writer: { side: far, core, stream }, copy, clock, offences }
}

export async function connect(one: Side, other: Side): Promise<Wire> {
  const wire = await inMemory()
  one.replicator.replicate(wire[0])
  other.replicator.replicate(wire[1])
  return wire
}

/** What Hypercore keeps of a peer. */
type OurPeer = OpenPeer & {
  remoteFork: number
  remoteLength: number
  remoteContiguousLength: number
  inflight: number
  paused: boolean
}

/** Another peer of a core of ours, which says what it likes and answers what it likes. */
export interface SilentPeer {
  /** the remote's, to send what it likes */
  peer: OpenPeer
  /** ours, towards it */
  ours: OurPeer
  stream: Wire[0]
  /** requests that it was sent and has not answered */
  requests: { id: number; block: { index: number } | null }[]
  /** Answers them as an honest peer does. */
  answer: () => void
  /** What it does with a request, instead of nothing. */
  onrequest: (on: (id: number) => unknown) => void
}

/**
 * It has what its side has got elsewhere, and knows as much of itself as it knew when it came; what we say of ourselves
 * it ignores.
 */
export async function silentPeer(near: Side, core: Hypercore, far: Side = side()): Promise<SilentPeer> {
  const wire = await connect(near, far)
  const copy = await far.source.get({ key: core.key! })
  const peer = await peerOf(copy, wire[1])
  const ours = (await peerOf(core, wire[0])) as SilentPeer['ours']
  const theirs = peer as unknown as Record<string, (message: unknown) => unknown>
  const requests: SilentPeer['requests'] = []
  const answer = theirs['onrequest']!.bind(theirs)
  let onrequest = (_: number): unknown => undefined
  theirs['onrequest'] = (message) => {
    requests.push(message as SilentPeer['requests'][number])
    return onrequest(requests.at(-1)!.id)
  }
  for (const name of ['onsync', '_send', 'sendSync', 'broadcastRange']) theirs[name] = () => undefined
  return {
    peer,
    ours,
    stream: wire[0],
    requests,
    answer: () => requests.splice(0).forEach((request) => answer(request)),
    onrequest: (on) => (onrequest = on)
  }
}

export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Fails if it takes very many turns: a loop that nothing ends would outlast its test. */
export async function until(isTrue: () => boolean): Promise<void> {
  for (let turns = 0; !isTrue(); turns++) {
    if (turns === 20_000) throw new Error(`never: ${isTrue}`)
    await turn()
  }
}
