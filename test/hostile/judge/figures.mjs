import { mb, ms } from './bounds.mjs'

/**
 * The figures of an attack in one line, for a person: of its last round.
 * @param {import('./verdict.mjs').Outcome} outcome
 */
export function figures({ rounds, died }) {
  const played = rounds.at(-1)
  if (played === undefined) return String(died)
  const { before, after, reads, echoes, received, cpuMs, live, loopMaxMs, events, open, forgottenMs } = played
  return [
    `${(received / 1024).toFixed(1)} KB`,
    `CPU ${ms(cpuMs)} = ${(cpuMs / (received / 1024)).toFixed(2)} ms/KB`,
    `loop ${ms(loopMaxMs)} (${ms(before.loopMaxMs)}, ${ms(after.loopMaxMs)})`,
    `reads p99 ${ms(reads.p99)} (${ms(before.reads.p99)}, ${ms(after.reads.p99)})`,
    `echoes p99 ${ms(echoes.p99)} (${ms(before.echoes.p99)}, ${ms(after.echoes.p99)})`,
    `live ${mb(live)}`,
    open === 0 ? 'closed' : `${open} open`,
    `forgotten after ${ms(forgottenMs)}`,
    events.map((each) => `${each.event} ${each.code} × ${each.count} after ${ms(each.ms)}`).join(', ') ||
      'no event'
  ].join('; ')
}
