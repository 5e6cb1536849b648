import { leftovers } from './leftovers.mjs'

/** @typedef {import('../play.mjs').Played} Played */

/** @typedef {import('../attacks/attack.mjs').Attack} Attack */

const LOOP_MS = 100
const TIMES_SLOWER = 3
const MB = 2 ** 20
const STREAM_MB = 64
/** of all streams of an attack together */
const STREAMS_MB = 512
const EVENT_MS = 5000

/** A control that is worse than this shows a machine that does other things as well. */
const QUIET_LOOP_MS = 30
const QUIET_RATIO = 2

/** What is so many times beyond its bound is not the machine's doing, however busy that is. */
const BEYOND_DOUBT = 10

/**
 * What must hold on any machine, however busy.
 * @param {Attack} attack
 * @param {Played} played
 * @returns {string[]} what does not
 */
export function brokenBounds(attack, played) {
  const problems = []
  const most = Math.min(STREAM_MB * played.streams, STREAMS_MB)
  if (played.live > most * MB) problems.push(`${mb(played.live)} of live heap and buffers, not ${most} MB`)
  const left = traces(played)
  if (left.length > 0) problems.push(`left behind: ${left.join(', ')}`)
  if (eventOf(attack, played) === undefined) {
    problems.push(`no event in ${EVENT_MS / 1000} s names peer, core and reason: ${said(played)}`)
  } else if (played.named < played.streams) {
    problems.push(`events name ${played.named} of ${played.streams} streams: ${said(played)}`)
  }
  return problems
}

/**
 * What an attack has left behind, for a person.
 * @param {Played} played
 */
export function traces({ base, left, carriesOn }) {
  return [...leftovers(base, left), ...(carriesOn ? [] : ['an honest peer that still waits'])]
}

/**
 * The first event about the hostile peer that says what it has done, and with which core if one is concerned.
 * @param {Attack} attack
 * @param {Played} played
 */
export function eventOf({ event = 'limited', begins, ofStream = begins === 'raw' }, { events }) {
  return events
    .toSorted((a, b) => a.ms - b.ms)
    .filter(({ ms: after }) => after <= EVENT_MS)
    .find(({ event: name, code, namesCore }) => {
      if (name === 'stalled') return event === 'stalled'
      return namesCore || ofStream || code === 'BAD_FRAME' // which has no place in a channel
    })
}

/**
 * Bounds of time that do not hold.
 * @param {Attack} attack
 * @param {Played} played
 * @returns {string[]}
 */
export function lateBounds(attack, played) {
  return boundsOfTime(attack, played).flatMap(({ ratio, problem }) => (ratio > 1 ? [problem] : []))
}

/**
 * Is a bound of time broken by so much that it does not matter what else the machine did?
 * @param {Attack} attack
 * @param {Played} played
 */
export function isBeyondDoubt(attack, played) {
  return boundsOfTime(attack, played).some(({ ratio }) => ratio > BEYOND_DOUBT)
}

/**
 * @param {Attack} attack
 * @param {Played} played
 * @returns {{ ratio: number, problem: string }[]} ratio: to the bound
 */
function boundsOfTime({ echoMs = 0 }, { loopMaxMs, reads, echoes, before, after }) {
  const loop = `the loop stands for ${ms(loopMaxMs)}, not ${LOOP_MS} ms`
  const bounds = [{ ratio: loopMaxMs / LOOP_MS, problem: loop }]
  for (const [name, during] of /** @type {const} */ ([
    ['reads', reads],
    ['echoes', echoes]
  ])) {
    const without = Math.max(before[name].p99, after[name].p99)
    bounds.push({
      ratio: during.p99 / Math.max(TIMES_SLOWER * without, name === 'echoes' ? echoMs : 0),
      problem: `p99 of the honest peer's ${name}: ${ms(during.p99)}, without the attack ${ms(without)}`
    })
  }
  return bounds
}

/**
 * Why times that were taken on this machine say nothing, if they do not.
 * @param {Played} played
 * @returns {string | null}
 */
export function busy({ before, after }) {
  const loop = Math.max(before.loopMaxMs, after.loopMaxMs)
  if (loop > QUIET_LOOP_MS) return `without an attack the loop stood for ${ms(loop)}`
  for (const name of /** @type {const} */ (['reads', 'echoes'])) {
    const [less = 0, more = 0] = [before[name].p99, after[name].p99].toSorted((a, b) => a - b)
    if (more > QUIET_RATIO * less)
      return `without an attack the p99 of ${name} was ${ms(less)}, and ${ms(more)}`
  }
  return null
}

/** @param {Played} played */
function said({ events }) {
  if (events.length === 0) return 'nothing was said'
  return events
    .map(({ event, code, count, ms: after }) => `${event} ${code} × ${count} after ${ms(after)}`)
    .join(', ')
}

/** @param {number} bytes */
export function mb(bytes) {
  return `${(bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0)} MB`
}

/** @param {number} value */
export function ms(value) {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`
}
