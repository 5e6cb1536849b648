import { expect, test } from 'vitest'
import type { Attack } from '../../hostile/attacks/attack.mjs'
import { brokenBounds } from '../../hostile/judge/bounds.mjs'
import { Verdict } from '../../hostile/judge/verdict.mjs'
import type { Played } from '../../hostile/play.mjs'

const ATTACK: Attack = { sends: 'flowers', core: 'ours', prepare: () => async () => {} }
const QUICK = { count: 100, p50: 1, p99: 4 }
const QUIET = { cpuEachMs: 1, loopMaxMs: 5, reads: QUICK, echoes: QUICK }
const NOISY = { ...QUIET, loopMaxMs: 80 }
const EMPTY = { heap: 1e7, buffers: 1e6, streams: 0, cores: 2, handles: { TCPSocketWrap: 1 } }
const EVENT = { event: 'limited', code: 'TOO_MUCH', namesCore: true, at: 0, count: 1, ms: 10 }

/** What is within all bounds, but for this. */
function played(change: Partial<Played> = {}): Played {
  return {
    streams: 1,
    before: QUIET,
    after: QUIET,
    loopMaxMs: 50,
    reads: QUICK,
    echoes: QUICK,
    received: 1e6,
    ms: 2000,
    cpuMs: 100,
    live: 1e6,
    open: 0,
    events: [EVENT],
    named: 1,
    base: EMPTY,
    left: EMPTY,
    carriesOn: true,
    ...change
  }
}

/** Which rounds are played of these, and what comes of them. */
function judge(...rounds: (Played | string)[]): {
  count: number
  problems: string[]
  untimed: string | null
} {
  const verdict = new Verdict('flowers', ATTACK)
  let count = 1
  while (verdict.add(rounds[count - 1]!)) count++
  return { count, problems: verdict.outcome.problems, untimed: verdict.outcome.untimed }
}

test('what is within all bounds has no problem', () => {
  expect(brokenBounds(ATTACK, played())).toEqual([])
  expect(judge(played())).toEqual({ count: 1, problems: [], untimed: null })
})

test.each<[string, Partial<Played>]>([
  ['65 MB of live heap', { live: 65 * 2 ** 20 }],
  ['no event', { events: [], named: 0 }],
  ['an event after 6 s', { events: [{ ...EVENT, ms: 6000 }] }],
  ['an event that names no core', { events: [{ ...EVENT, namesCore: false }] }],
  ['an event that says only that it is stalled', { events: [{ ...EVENT, event: 'stalled' }] }],
  ['an event about one stream of two', { streams: 2 }],
  ['a heap that has grown', { left: { ...EMPTY, heap: 2e7 } }],
  ['buffers that have grown', { left: { ...EMPTY, buffers: 1e7 } }],
  ['a core that stays open', { left: { ...EMPTY, cores: 3 } }],
  ['a stream that stays', { left: { ...EMPTY, streams: 1 } }],
  ['a timer that stays', { left: { ...EMPTY, handles: { TCPSocketWrap: 1, Timeout: 1 } } }],
  ['an honest peer that still waits', { carriesOn: false }]
])('%s is a problem, also on a busy machine', (_, change) => {
  expect(judge(played({ ...change, before: NOISY })).problems).toHaveLength(1)
})

test('an attack that only waits may be stalled', () => {
  const stalled = { events: [{ ...EVENT, event: 'stalled', namesCore: false }] }
  expect(brokenBounds({ ...ATTACK, event: 'stalled' }, played(stalled))).toEqual([])
  expect(brokenBounds({ ...ATTACK, event: 'stalled' }, played())).toEqual([])
})

test('fifty streams may have 512 MB together, and no more', () => {
  const fifty = { streams: 50, named: 50 }
  expect(brokenBounds(ATTACK, played({ ...fifty, live: 511 * 2 ** 20 }))).toEqual([])
  expect(brokenBounds(ATTACK, played({ ...fifty, live: 513 * 2 ** 20 }))).toHaveLength(1)
})

test.each<[string, Partial<Played>]>([
  ['a loop that stands for 101 ms', { loopMaxMs: 101 }],
  ['reads that take more than three times as long', { reads: { ...QUICK, p99: 13 } }],
  ['echoes that take more than three times as long', { echoes: { ...QUICK, p99: 13 } }]
])('%s is a problem if it happens twice on a quiet machine', (_, change) => {
  const late = played(change)
  expect(judge(late, late)).toMatchObject({ count: 2, untimed: null, problems: [expect.any(String)] })
  expect(judge(late, played())).toEqual({ count: 2, problems: [], untimed: null })
  const noisy = { ...late, after: NOISY }
  expect(judge(noisy, late, late)).toMatchObject({ count: 3, problems: [expect.any(String)] })
})

test('times that a busy machine has spoilt three times are not judged, and it is said why', () => {
  const late = played({ loopMaxMs: 300, before: NOISY })
  expect(judge(late, late, late)).toEqual({
    count: 3,
    problems: [],
    untimed: 'without an attack the loop stood for 80 ms'
  })
})

test('a control that differs before and after says that the machine is busy', () => {
  const uneven = { ...QUIET, reads: { ...QUICK, p99: 9 } }
  const late = played({ loopMaxMs: 300, after: uneven })
  expect(judge(late, late, late)).toMatchObject({ problems: [], untimed: expect.stringContaining('9.0 ms') })
})

test('a loop that stands ten times too long is a problem on any machine', () => {
  const late = played({ loopMaxMs: 1001, before: NOISY })
  expect(judge(late, late)).toMatchObject({ count: 2, problems: [expect.stringContaining('1001 ms')] })
})

test('a victim that dies is a problem at once', () => {
  expect(judge('process died')).toEqual({ count: 1, problems: ['process died'], untimed: null })
})
