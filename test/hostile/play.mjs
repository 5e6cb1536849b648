import { setTimeout as sleep } from 'node:timers/promises'
import { attackOf } from './attacks/index.mjs'
import { leftovers } from './judge/leftovers.mjs'
import { now } from './processes/clock.mjs'

/** @typedef {import('./stage.mjs').Stage} Stage */

/** @typedef {import('./processes/events.mjs').Seen & { ms: number }} Said  ms: after the attack began */

/** @typedef {{ count: number, p50: number, p99: number }} Latency  ms */

/**
 * What was measured without an attack.
 * @typedef {object} Control
 * @property {number} cpuEachMs  of the victim, for each thing that the honest peer has asked for
 * @property {number} loopMaxMs
 * @property {Latency} reads
 * @property {Latency} echoes
 */

/** @typedef {{ heap: number, buffers: number, streams: number, cores: number, handles: Record<string, number> }} State */

/**
 * What one attack has cost. Sizes are bytes.
 * @typedef {object} Played
 * @property {number} streams
 * @property {Control} before
 * @property {Control} after
 * @property {number} loopMaxMs
 * @property {Latency} reads    of blocks that the honest peer asked for, one at a time
 * @property {Latency} echoes   from an append of the honest peer's to a block that the victim has appended for it
 * @property {number} received  from hostile peers
 * @property {number} ms        how long it was measured
 * @property {number} cpuMs     beyond what the honest peer needs
 * @property {number} live      heap and buffers, at most, beyond what there was
 * @property {number} open      hostile streams, when it was over
 * @property {Said[]} events
 * @property {number} named     streams that an event names
 * @property {State} base       before the hostile peer came
 * @property {State} left       after it had gone
 * @property {number} forgottenMs  until there was nothing left, or nobody waited for it any longer
 * @property {boolean} carriesOn  false = the honest peer still waited for something, seconds after it had gone
 */

const WARM_UP_MS = 300
/** until what is compiled is compiled, in processes that have just begun */
const COLD_MS = 2000
const CONTROL_MS = 1500
const ATTACK_MS = 3000

/** The honest peer is watched for so long, even if the attack is over at once. */
const LEAST_MS = 2000

/** How long the honest peer may wait for an answer once the hostile one has gone. */
const PATIENCE_MS = 5000

/** How long the victim may take to forget a peer that has gone; of one that is not judged nobody waits for it. */
const FORGET_MS = { ours: 15_000, stock: 1000 }

/**
 * Plays an attack on a stage, which is as before afterwards unless the attack has left something behind.
 * @param {string} name
 * @param {Stage} stage
 * @returns {Promise<Played>} rejects when the victim has died, or is stuck
 */
export async function play(name, stage) {
  const { victim, honest } = stage
  const attack = attackOf(name)
  const keys = await stage.cores(attack.core === 'partial')
  const before = stage.control ?? (await control(stage, COLD_MS))
  /** @type {State} */
  const base = await stage.ask(victim, 'state')

  const attacker = await stage.attacker(name, attack, keys[attack.core])
  try {
    await stage.ask(honest, 'work')
    stage.collections.length = 0
    await stage.ask(victim, 'start')
    const { start, open } = await stage.ask(attacker, 'attack', { ms: attack.ms ?? ATTACK_MS })
    await sleep(Math.max(0, LEAST_MS - (now() - start)))
    const stopped = now()
    const { cpuMs, loopMaxMs, received, events, named } = await stage.ask(victim, 'stop')
    const samples = await stage.ask(honest, 'samples', { from: start, to: now() })
    const { heap, buffers } = await stage.ask(victim, 'state')
    const highest = Math.max(heap, ...stage.collections)

    await stage.ask(attacker, 'leave')
    await attacker.exit
    const carriesOn = await stage.ask(honest, 'rest', { patienceMs: PATIENCE_MS })
    const gone = now()
    const left = await forgotten(stage, base)
    const forgottenMs = now() - gone
    const after = carriesOn ? await control(stage, WARM_UP_MS) : before
    stage.control = after
    return {
      streams: attack.streams ?? 1,
      before,
      after,
      loopMaxMs,
      reads: latency(samples.reads),
      echoes: latency(samples.echoes),
      received,
      ms: stopped - start,
      cpuMs: Math.max(0, cpuMs - before.cpuEachMs * (samples.reads.length + samples.echoes.length)),
      live: Math.max(0, highest - base.heap) + Math.max(0, buffers - base.buffers),
      open,
      named,
      events: events.map((/** @type {Said} */ each) => ({ ...each, ms: each.at - start })),
      base,
      left,
      forgottenMs,
      carriesOn
    }
  } finally {
    await attacker.kill()
  }
}

/**
 * The honest peer's figures while nothing else goes on.
 * @param {Stage} stage
 * @param {number} warmUpMs
 * @returns {Promise<Control>}
 */
async function control(stage, warmUpMs) {
  const { victim, honest } = stage
  await stage.ask(honest, 'work')
  await sleep(warmUpMs)
  await stage.ask(victim, 'start')
  const from = now()
  await sleep(CONTROL_MS)
  const { cpuMs, loopMaxMs } = await stage.ask(victim, 'stop')
  const { reads, echoes } = await stage.ask(honest, 'samples', { from, to: now() })
  await stage.ask(honest, 'rest', { patienceMs: PATIENCE_MS })
  const cpuEachMs = cpuMs / (reads.length + echoes.length)
  return { cpuEachMs, loopMaxMs, reads: latency(reads), echoes: latency(echoes) }
}

/**
 * What the victim has once it has forgotten the hostile peer, or has had the time to.
 * @param {Stage} stage
 * @param {State} base
 * @returns {Promise<State>}
 */
async function forgotten(stage, base) {
  for (const until = now() + FORGET_MS[stage.kind]; ;) {
    /** @type {State} */
    const state = await stage.ask(stage.victim, 'state')
    if (leftovers(base, state).length === 0 || now() > until) return state
    await sleep(100)
  }
}

/**
 * @param {number[]} ms
 * @returns {Latency}
 */
function latency(ms) {
  const sorted = ms.toSorted((a, b) => a - b)
  /** @param {number} share */
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
  return { count: sorted.length, p50: at(0.5), p99: at(0.99) }
}
