import { MemoryEngine, RandomAccessEngine } from '@manycore/kv'
import type { Engine } from '@manycore/kv'
import RAM from 'random-access-memory'

/** Makes an engine that keeps what it has while it is closed. */
export const ENGINES: { readonly [name: string]: () => Engine } = {
  memory: () => new MemoryEngine({ reusable: true }),
  'files in memory': () => new RandomAccessEngine(RAM.reusable(), { memtableBytes: 64 * 1024 })
}

/** Everything that an engine has, as lines. */
export async function entriesOf(engine: Engine): Promise<string[]> {
  const iterator = engine.iterator({})
  const lines: string[] = []
  for (;;) {
    const entries = await iterator.next(100)
    if (entries.length === 0) break
    for (const { key, value } of entries)
      lines.push(`${Buffer.from(key).toString('hex')} ${Buffer.from(value).toString('hex')}`)
  }
  await iterator.close()
  return lines
}
