import { RANGES_PER_FRAME } from '../../defaults.js'
import type { CoreChannel } from '../hypercore-peer.js'
import type { Range, Sync } from '../messages.js'
import type { Total } from '../claims/intervals.js'
import type { WaitingAnswer } from './waiting-answers.js'

/** Says something to the remote. */
type Say = (type: 'sync' | 'range', message: unknown) => unknown

/** The news of a core that wait until its stream takes more. */
export class News implements WaitingAnswer {
  readonly channel: CoreChannel
  readonly #say: Say
  #sync: Sync | null = null
  /** in the order in which they came about */
  readonly #ranges: Range[] = []
  readonly #total: Total

  /** @param total  counts the ranges that wait of all cores */
  constructor(channel: CoreChannel, say: Say, total: Total) {
    this.channel = channel
    this.#say = say
    this.#total = total
  }

  get isEmpty(): boolean {
    return this.#sync === null && this.#ranges.length === 0
  }

  /** Takes the place of the one before: it says everything that the other one said. */
  sync(sync: Sync): this {
    this.#sync = sync
    return this
  }

  /** Takes the place of the last ranges that lie within it, and becomes one with the last of its kind if they touch. */
  range({ drop, start, length }: Range): this {
    const before = this.size
    const end = start + length
    let last = this.#ranges.at(-1)
    while (last !== undefined && last.start >= start && endOf(last) <= end) {
      this.#ranges.pop()
      last = this.#ranges.at(-1)
    }
    if (last !== undefined && last.drop === drop && last.start <= start && start <= endOf(last)) {
      this.#ranges[this.#ranges.length - 1] = {
        drop,
        start: last.start,
        length: Math.max(end, endOf(last)) - last.start
      }
    } else this.#ranges.push({ drop, start, length })
    this.#total.count += this.size - before
    return this
  }

  /** How many ranges wait. */
  get size(): number {
    return this.#ranges.length
  }

  /** The channel has closed: nothing of it waits any more. */
  release(): void {
    this.#total.count -= this.size
    this.#ranges.length = 0
    this.#sync = null
  }

  answer(): boolean {
    const { channel } = this
    const [sync, ranges] = [this.#sync, this.#ranges.splice(0, RANGES_PER_FRAME)]
    this.#sync = null
    this.#total.count -= ranges.length
    channel.cork()
    if (sync !== null) this.#say('sync', sync)
    for (const range of ranges) this.#say('range', range)
    channel.uncork()
    return !this.isEmpty
  }
}

function endOf({ start, length }: Range): number {
  return start + length
}
