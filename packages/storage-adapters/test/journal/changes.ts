import b4a from 'b4a'
import type Hypercore from 'hypercore'
import type { Engine } from '@manycore/kv'
import type { ChangeJournal, Checkpoint } from '../../src/index.js'

/** The discovery keys that have changed since a checkpoint, in hex, in order. */
export async function noted(journal: ChangeJournal, from: Checkpoint): Promise<string[]> {
  const found: string[] = []
  for await (const changes of journal.since(from, await journal.checkpoint()))
    for (const { discoveryKey } of changes) found.push(b4a.toString(discoveryKey, 'hex'))
  return found
}

/** The discovery keys of cores, in hex. */
export function names(...cores: Hypercore[]): string[] {
  return cores.map(({ discoveryKey }) => b4a.toString(discoveryKey!, 'hex'))
}

/** All keys of an engine, in order. */
export async function keysOf(engine: Engine): Promise<Uint8Array[]> {
  const rows = engine.iterator({})
  const entries = await rows.next(1_000_000)
  await rows.close()
  return entries.map(({ key }) => key)
}
