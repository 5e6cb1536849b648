import { expect, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { openStore } from '../kit/open-store.js'
import { STORAGES } from '../kit/storages.js'

type Call = 'suspend' | 'resume' | 'close'

type State = 'open' | 'suspended' | 'closed'

/** What each call leaves behind; null = SESSION_CLOSED. The table of docs/lifecycle.md. */
const TABLE: Record<State, Record<Call, State | null>> = {
  open: { suspend: 'suspended', resume: 'open', close: 'closed' },
  suspended: { suspend: 'suspended', resume: 'open', close: 'closed' },
  closed: { suspend: null, resume: null, close: 'closed' }
}

const CALLS: readonly Call[] = ['suspend', 'resume', 'close']

const ORDERS: readonly (readonly Call[])[] = CALLS.flatMap((first) => [
  [first],
  ...CALLS.flatMap((second) => [[first, second], ...CALLS.map((third) => [first, second, third])])
])

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (err: { code?: string }) => err.code ?? err
  )

test.each(STORAGES)(
  'every order of suspend(), resume() and close(), awaited or not, on $kind',
  async ({ place }) => {
    const next = place()
    for (const order of ORDERS)
      for (const isAwaited of [true, false]) {
        const store = new Corestore(next())
        const session = store.session()
        const core = store.get({ name: 'log', valueEncoding: 'utf-8' })
        await core.append('before')
        const { length } = core
        let state: State = 'open'
        const [ended, expected, work]: [unknown[], unknown[], Promise<unknown>[]] = [[], [], []]
        for (const [i, call] of order.entries()) {
          const by = i % 2 === 1 && call !== 'close' ? session : store
          const ending = outcome(by[call]())
          const after: State | null = TABLE[state][call]
          expected.push(after === null ? 'SESSION_CLOSED' : 'done')
          ended.push(isAwaited ? await ending : ending)
          state = after ?? state
          if (state !== 'closed') work.push(core.get(length - 1), core.info())
        }
        expect(await Promise.all(ended), `${order}`).toEqual(expected)
        if (state === 'suspended') await store.resume()
        await store.close()
        // What was held back went on, or was refused by a close that came before it could.
        for (const result of await Promise.allSettled(work))
          if (result.status === 'rejected') expect(order, String(result.reason)).toContain('close')
      }
  }
)

/** Files and locks that another process may have while a store is suspended. */
const SHARED = STORAGES.filter(({ isLocked, kind }) => isLocked !== false && !kind.includes('instance'))

test.each(SHARED)(
  'a suspended store that another one took from it closes, and refuses what waits, on $kind',
  async ({ place }) => {
    const next = place()
    const store = new Corestore(next())
    const core = store.get({ name: 'log', valueEncoding: 'utf-8' })
    await core.append('mine')
    await store.suspend()
    const other = openStore({}, next())
    await other.get({ name: 'log', valueEncoding: 'utf-8' }).append('theirs')

    const held = [core.get(0), core.append('held'), store.get({ name: 'new' }).ready()].map(outcome)
    expect(await outcome(store.resume())).toMatch(/ELOCKED/)
    expect(await outcome(store.resume())).toMatch(/ELOCKED/)
    await outcome(store.close())
    for (const call of held) expect(await call).not.toBe('done')
    const log = other.get({ name: 'log', valueEncoding: 'utf-8' })
    expect([await log.get(0), await log.get(1), log.length]).toEqual(['mine', 'theirs', 2])
  }
)
