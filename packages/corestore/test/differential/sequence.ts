import { type Arbitrary, array, oneof } from 'fast-check'
import { coreCalls } from './core-calls.js'
import { getCalls } from './get-calls.js'
import { peerCalls } from './peer-calls.js'
import { storeCalls } from './store-calls.js'
import type { Call } from './call.js'

/** A call as drawn: plain data, so that it can be made on two worlds and printed. */
export interface Step {
  readonly call: string
  readonly args: object
}

export const CALLS: Record<string, Call> = { ...storeCalls, ...getCalls, ...coreCalls, ...peerCalls }

const step: Arbitrary<Step> = oneof(
  ...Object.entries(CALLS).map(([call, { weight, args }]) => ({
    weight,
    arbitrary: args.map((args) => ({ call, args }))
  }))
)

/** Calls in a row, long enough to reopen and to replicate. */
export const sequence: Arbitrary<Step[]> = array(step, { minLength: 1, maxLength: 40, size: 'max' })
