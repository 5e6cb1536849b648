import { Tree } from '@manycore/kv'
import type { Op } from '@manycore/kv'
import { BYTES } from './database.js'
import type { LevelDatabase } from './database.js'
import { KEYS_AT_ONCE } from '../defaults.js'

/**
 * What a batch does to each key in the end: abstract-level has no range delete that is part of a batch, so
 * the keys of a range are read and deleted one by one. Nothing else may be written meanwhile.
 * @returns the new value of each key; null = deleted
 */
export async function collapse(db: LevelDatabase, ops: readonly Op[]): Promise<Tree<Uint8Array | null>> {
  const changes = new Tree<Uint8Array | null>()
  for (const op of ops) {
    if (op.type === 'put') changes.set(op.key, op.value)
    else if (op.type === 'del') changes.set(op.key, null)
    else {
      const { start: gte, end: lt } = op
      for (const [key] of changes.snapshot().entries({ gte, lt })) changes.set(key, null)
      for await (const key of storedKeys(db, gte, lt)) changes.set(key, null)
    }
  }
  return changes
}

async function* storedKeys(db: LevelDatabase, gte: Uint8Array, lt: Uint8Array): AsyncGenerator<Uint8Array> {
  const iterator = db.iterator<Uint8Array, Uint8Array>({ gte, lt, ...BYTES, values: false })
  try {
    for (;;) {
      const chunk = await iterator.nextv(KEYS_AT_ONCE)
      if (chunk.length === 0) return
      for (const [key] of chunk) yield key
    }
  } finally {
    await iterator.close()
  }
}
