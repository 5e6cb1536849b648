import b4a from 'b4a'
import { systemClock } from '@manycore/ground'
import { MemoryEngine } from '@manycore/kv'
import type { Op } from '@manycore/kv'
import { expect, test } from 'vitest'
import type { Corestore } from '../../../../src/index.js'
import { level, meet } from '../../../kit/known-peers.js'
import { filled } from '../../../kit/mirrors.js'
import { openStore } from '../../../kit/open-store.js'

const SETTLE_MS = 30_000

/** How many ops of each batch are the journal's; empty batches have none either. */
class CountedEngine extends MemoryEngine {
  readonly #batches: number[] = []

  override batch(ops: readonly Op[]): Promise<void> {
    this.#batches.push(ops.filter((op) => isOfJournal('key' in op ? op.key : op.start)).length)
    return super.batch(ops)
  }

  take(): number[] {
    return this.#batches.splice(0)
  }
}

/** Places and changes, and not what is derived from them. */
function isOfJournal(key: Uint8Array): boolean {
  return key[0] === 0xe0 && key[1]! < 0x10
}

/** A clock of which a test fires the timer after which indexes are written. */
function heldClock(): { clock: typeof systemClock; settle(): Promise<void> } {
  const held: (() => void)[] = []
  return {
    clock: {
      ...systemClock,
      setTimeout: (fn, ms) => (ms === SETTLE_MS ? held.push(fn) : systemClock.setTimeout(fn, ms))
    },
    async settle() {
      held.pop()!()
      while (held.length === 0) await turn() // it is set again once everything is written
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

test('what is kept is written only if something has changed, and only then the next append is noted anew', async () => {
  const { clock, settle } = heldClock()
  const engine = new CountedEngine()
  const options = { primaryKey: b4a.alloc(32, 1), unsafe: true, mirror: true, clock } as const
  const store: Corestore = openStore(options, engine)
  const peer = await filled(5, { mirror: true })
  const core = store.get({ name: 'core 1' })
  await core.ready()
  await (meet([store, peer]), level([store, peer]))

  /** Appends a block. @returns how many ops of the journal that takes */
  const append = async (): Promise<number> => {
    engine.take()
    await core.append(b4a.from('block'))
    const [ops] = engine.take()
    await level([store, peer])
    return ops!
  }
  await settle()
  expect(await append()).toBeGreaterThan(0)
  expect([await append(), await append()]).toEqual([0, 0])

  engine.take()
  await settle()
  expect(engine.take().length).toBeGreaterThan(0)
  for (let i = 0; i < 3; i++) await settle()
  expect(engine.take()).toEqual([])
  expect(await append()).toBeGreaterThan(0)
  for (let i = 0; i < 3; i++) expect(await append()).toBe(0)
})
