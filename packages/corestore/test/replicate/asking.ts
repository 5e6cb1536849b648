import type { Hypercore, ProtocolStream } from '@manycore/hypercore-types'
import type { Clock } from '@manycore/replicator'
import { onTestFinished } from 'vitest'
import { openStore } from '../kit/open-store.js'

export type Store = ReturnType<typeof openStore>

/** Timers as the system's, but one that the test fires by hand. */
export class StoppedClock implements Clock {
  readonly #timers = new Map<object, () => void>()
  /** deadlines that were set and have not been fired or cleared */
  get started(): number {
    return this.#timers.size
  }
  now(): number {
    return 0
  }
  setTimeout(fn: () => void, ms: number): unknown {
    if (ms < 1000) return setTimeout(fn, ms)
    const handle = {}
    this.#timers.set(handle, fn)
    return handle
  }
  clearTimeout(handle: unknown): void {
    if (!this.#timers.delete(handle as object)) clearTimeout(handle as NodeJS.Timeout)
  }
  /** Fires the timers of a second and more, which are those of the deadlines. */
  fire(): void {
    const due = [...this.#timers]
    this.#timers.clear() // what they set in turn is not due
    for (const [, fn] of due) fn()
  }
}

export async function reviewed(): Promise<[Store, Hypercore, ((allow: boolean) => void)[], StoppedClock]> {
  const answers: ((allow: boolean) => void)[] = []
  let byHand = false
  const access = (): boolean | Promise<boolean> =>
    byHand ? new Promise((resolve) => answers.push(resolve)) : true
  const clock = new StoppedClock()
  const a = openStore({ clock, policy: { access } })
  const b = openStore()
  const log = a.get({ name: 'log' })
  await log.append('log')
  connect(a.replicate(true), b.replicate(false))
  await b.get(log.key!).get(0)
  byHand = true
  return [a, log, answers, clock]
}

/** A core that is on disk and not loaded. @returns its key */
export async function stored(store: Store, name: string, blocks: string[] = [name]): Promise<Uint8Array> {
  const core: Hypercore = store.get({ name })
  await core.append(blocks.map((block) => Buffer.from(block)))
  const { key, discoveryKey } = core
  await core.close()
  await store.cores.get(discoveryKey!)?.close()
  return key!
}

export function connect(one: ProtocolStream, other: ProtocolStream): void {
  one.pipe(other).pipe(one)
  for (const stream of [one, other]) stream.on('error', () => {})
  onTestFinished(() => void one.destroy())
}

export function pending<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((done) => (resolve = done))
  return { promise, resolve }
}

export async function until(check: () => boolean): Promise<void> {
  while (!check()) await turns(1)
}

export async function turns(count = 50): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** What has been due for a while has happened: timers of 0 ms, and what follows from them. */
export async function timers(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve, 1))
}
