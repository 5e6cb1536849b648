import { type Arbitrary, array, string, constantFrom, nat, record } from 'fast-check'
import type { Hypercore } from '@manycore/hypercore-types'
import type { Store } from '../kit/store.js'
import { pick, type World } from './world.js'

/** One kind of call: how its arguments are drawn, and what it does to a world. */
export interface Call {
  /** how often it is drawn, relative to the others */
  readonly weight: number
  readonly args: Arbitrary<object>
  /** @returns what is compared: plain data, the same on every run */
  run(world: World, args: object): Promise<unknown>
}

export function call<A extends object>(
  weight: number,
  args: { [K in keyof A]: Arbitrary<A[K]> },
  run: (world: World, args: A) => Promise<unknown>
): Call {
  return { weight, args: record(args) as Arbitrary<object>, run: run as Call['run'] }
}

/** Says that a call found nothing to act on. */
export const NOTHING = 'nothing to call'

/** A call to a store that is open: after close() ours refuses more than stock does. */
export function storeCall<A extends object>(
  weight: number,
  args: { [K in keyof A]: Arbitrary<A[K]> },
  run: (store: Store, args: A, world: World) => Promise<unknown>
): Call {
  return call<A & { store: number }>(
    weight,
    { store: INDEX, ...args } as {
      [K in keyof (A & { store: number })]: Arbitrary<(A & { store: number })[K]>
    },
    async (world, drawn) => {
      const open = world.stores.filter(({ store }) => !store.closed)
      const found = pick(open, drawn.store)
      return found === undefined ? NOTHING : await run(found.store, drawn, world)
    }
  )
}

/** A call to a session: one in ten times whichever, closed or read-only too, else one that `fits`. */
export function coreCall<A extends object>(
  weight: number,
  args: { [K in keyof A]: Arbitrary<A[K]> },
  run: (core: Hypercore, args: A, world: World) => Promise<unknown>,
  fits: (core: Hypercore) => boolean = (core) => core.opened
): Call {
  return call<A & Selection>(
    weight,
    { core: INDEX, whichever: RARELY, ...args } as {
      [K in keyof (A & Selection)]: Arbitrary<(A & Selection)[K]>
    },
    async (world, drawn) => {
      const cores = world.held.map(({ core }) => core)
      const found = pick(drawn.whichever ? cores : cores.filter(fits), drawn.core)
      return found === undefined ? NOTHING : await run(found, drawn, world)
    }
  )
}

interface Selection {
  readonly core: number
  readonly whichever: boolean
}

/** Selects one of what a world holds by then. */
export const INDEX = nat(19)
const RARELY = nat(9).map((n) => n === 9)
export const BLOCKS = array(string({ maxLength: 40 }), { maxLength: 5 })
export const NAME = constantFrom('log', 'main', 'ünï', 'secret', 'sealed', 'team', 'crew')
export const TOPIC = constantFrom(1, 2)
