import type { CoreChannel } from '../hypercore-peer.js'
import type { Want } from '../messages.js'

/** Blocks of the largest want that Hypercore sends and answers, with a bitfield each (`MAX_RANGE` of its lib/wants.js). */
export const REGION: number = 2 ** 21

/** How many answers to our wants may still come for each region, kept on the channel: most channels never send a want. */
const ANSWERS: unique symbol = Symbol('answers to wants')

type WantingChannel = CoreChannel & { [ANSWERS]?: Map<number, number> }

/** We want to know what the remote has in these blocks: it may say so once for each region. */
export function noteWant(channel: WantingChannel, { start, length }: Want): void {
  const answers = (channel[ANSWERS] ??= new Map())
  const last = Math.floor((start + length - 1) / REGION)
  for (let region = Math.floor(start / REGION); region <= last; region++) {
    answers.set(region, (answers.get(region) ?? 0) + 1)
  }
}

/** The remote says what it has in a region. @returns whether that answers a want of ours */
export function takeAnswer(channel: WantingChannel, region: number): boolean {
  const left = channel[ANSWERS]?.get(region) ?? 0
  if (left === 0) return false
  if (left === 1) channel[ANSWERS]!.delete(region)
  else channel[ANSWERS]!.set(region, left - 1)
  return true
}
