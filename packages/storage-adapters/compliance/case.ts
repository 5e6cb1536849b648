import type { Hypercore } from '@manycore/hypercore-types'
import type { Store } from './store.js'
import type { StoragePlace, StorageSupports } from './subject.js'

/** One case: its name is what it promises, `needs` what the storage must support for it. */
export interface Case {
  name: string
  needs?: keyof StorageSupports | 'crashes'
  /** @param store  in an empty place; the suite closes it after the case */
  run(store: Store, place: StoragePlace): Promise<void>
}

export function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i)
}

export function blocks(start: number, end: number, word: string = 'block'): string[] {
  return range(start, end).map((i) => `${word} ${i}`)
}

/** Returns every block from 0 on; null = not there. If several reads fail, it throws the error of the first block. */
export async function readAll(core: Hypercore<string>): Promise<(string | null)[]> {
  const blocks = range(0, core.length).map((i) => core.get(i, { wait: false }))
  await Promise.allSettled(blocks)
  return Promise.all(blocks)
}

export async function readStream<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const rows: T[] = []
  for await (const row of stream) rows.push(row)
  return rows
}
