import b4a from 'b4a'
import { expect, test } from 'vitest'
import { MemoryEngine } from '@manycore/kv'
import type { EngineSnapshot } from '@manycore/kv'
import { EngineSession } from '../../src/facade/session.js'
import { EngineState } from '../../src/facade/state.js'
import { failure } from '../temporary.js'

/** Its reads come back when they are let go, the last one first. */
class HeldEngine extends MemoryEngine {
  readonly held: (() => void)[] = []
  holds = false

  override async getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]> {
    const values = await super.getMany(keys, at)
    if (this.holds) await new Promise<void>((resolve) => this.held.push(resolve))
    return values
  }

  letGo(): void {
    for (const resolve of this.held.splice(0).toReversed()) resolve()
  }
}

/** A key whose value the facade knows once it was written: the hints of a core. */
const KNOWN = b4a.from([4, 7, 2])
const UNKNOWN = b4a.from([4, 7, 9])

test('reads of a session come back in the order they were asked in, known or not, whatever the engine does', async () => {
  const { engine, root } = await open()
  const [one, other] = [root.session(), root.session()]
  await put(one, KNOWN)
  await put(one, UNKNOWN)
  const seen: string[] = []
  const ask = async (name: string, session: EngineSession, key: Uint8Array): Promise<void> => {
    const value = await get(session, key)
    expect(value).toEqual(b4a.from('value'))
    seen.push(name)
  }
  const asked = [ask('one 1', one, UNKNOWN), ask('one 2', one, KNOWN)]
  await turns(2)
  asked.push(ask('one 3', one.snapshot(), UNKNOWN), ask('one 4', one, KNOWN), ask('other', other, KNOWN))
  await turns(5)
  expect(seen).toEqual(['other']) // a session does not wait for another
  engine.letGo()
  await Promise.all(asked)
  expect(seen).toEqual(['other', 'one 1', 'one 2', 'one 3', 'one 4'])
  engine.holds = false
  await root.close()
})

test('the first reads of many sessions come back together, their second ones in the next run of microtasks', async () => {
  const { engine, root } = await open()
  const sessions = Array.from({ length: 50 }, () => root.session())
  const seen: string[] = []
  const asked = [1, 2, 3].flatMap((nth) =>
    sessions.map(async (session) => {
      await get(session, UNKNOWN)
      if (seen.length === 0 || seen.at(-1)!.split(' ')[0] !== String(nth)) seen.push(`${nth} read`)
    })
  )
  await turns(3)
  engine.letGo()
  await turns(1) // all of them within one phase of the event loop
  expect(seen).toEqual(['1 read', '2 read', '3 read'])
  await Promise.all(asked)
  engine.holds = false
  await root.close()
})

test('a read that fails has its place in the order as well', async () => {
  const { engine, root } = await open()
  const session = root.session()
  await put(session, KNOWN)
  engine.getMany = async () => {
    throw new Error('lost')
  }
  const seen: string[] = []
  const failed = failure(get(session, UNKNOWN)).then((err) => seen.push(err.message))
  await Promise.all([failed, get(session, KNOWN).then(() => seen.push('known'))])
  expect(seen).toEqual(['lost', 'known'])
  await root.close()
})

test('close() waits until all reads have been answered', async () => {
  const { engine, root } = await open()
  const session = root.session()
  const seen: number[] = []
  for (let i = 0; i < 20; i++) void get(session, UNKNOWN).then(() => seen.push(i))
  const closed = root.close()
  await turns(3)
  engine.letGo()
  await closed
  expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i))
})

test('a read batch that is destroyed before it is flushed rejects its reads', async () => {
  const { root } = await open()
  for (const session of [root.session(), root.snapshot()]) {
    const batch = session.read()
    const read = failure(batch.get(UNKNOWN))
    batch.destroy()
    expect(await read).toMatchObject({ code: 'STORAGE_CLOSED' })
  }
  await root.close()
})

async function open(): Promise<{ engine: HeldEngine; root: EngineSession }> {
  const engine = new HeldEngine()
  const root = new EngineSession(new EngineState(engine, '/nowhere', false), null, undefined, true)
  await root.ready()
  engine.holds = true
  return { engine, root }
}

function get(session: EngineSession, key: Uint8Array): Promise<Uint8Array | null> {
  const batch = session.read()
  const value = batch.get(key)
  batch.tryFlush()
  return value
}

async function put(session: EngineSession, key: Uint8Array): Promise<void> {
  const batch = session.write()
  batch.tryPut(key, b4a.from('value'))
  await batch.flush()
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 0))
}
