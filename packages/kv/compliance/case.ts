import type { Engine, EngineSnapshot, EngineSupports, Op, Range } from '@manycore/kv'
import { bytes, text } from './expect.js'
import type { Place } from './subject.js'

/** One case: what it promises, and what the engine must support for it. */
export interface Case {
  name: string
  needs?: keyof EngineSupports | 'crashes'
  /** @param engine  open and empty */
  run(engine: Engine, place: Place): Promise<void>
}

export function put(key: string, value: string): Op {
  return { type: 'put', key: bytes(key), value: bytes(value) }
}

export function del(key: string): Op {
  return { type: 'del', key: bytes(key) }
}

export function delRange(start: string, end: string): Op {
  return { type: 'delRange', start: bytes(start), end: bytes(end) }
}

export async function get(engine: Engine, key: string, at?: EngineSnapshot): Promise<string | null> {
  const [value] = await engine.getMany([bytes(key)], at)
  return text(value!)
}

/** All entries of a range as [key, value], read `max` at a time. */
export async function list(
  engine: Engine,
  range: { gte?: string; lt?: string; reverse?: boolean } = {},
  at?: EngineSnapshot,
  max: number = 7
): Promise<[string, string][]> {
  const iterator = engine.iterator(toRange(range), at)
  const entries: [string, string][] = []
  for (;;) {
    const chunk = await iterator.next(max)
    if (chunk.length > max) throw new Error(`next(${max}) gave ${chunk.length} entries`)
    if (chunk.length === 0) break
    for (const { key, value } of chunk) entries.push([text(key)!, text(value)!])
  }
  await iterator.close()
  return entries
}

export async function keys(
  engine: Engine,
  range?: { gte?: string; lt?: string; reverse?: boolean },
  at?: EngineSnapshot
): Promise<string[]> {
  return (await list(engine, range, at)).map(([key]) => key)
}

export function toRange({ gte, lt, reverse }: { gte?: string; lt?: string; reverse?: boolean }): Range {
  return {
    ...(gte !== undefined && { gte: bytes(gte) }),
    ...(lt !== undefined && { lt: bytes(lt) }),
    ...(reverse !== undefined && { reverse })
  }
}
