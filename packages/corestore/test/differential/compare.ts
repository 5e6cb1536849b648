import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { StoreClass } from '../kit/store.js'
import { observe } from './observe.js'
import { CALLS, type Step } from './sequence.js'
import { World } from './world.js'

/** Where two classes went different ways. */
export interface Difference {
  readonly step: number
  readonly call: Step
  readonly reference: Seen
  readonly candidate: Seen
}

/** What one call gave, and how the world looked after it. */
interface Seen {
  readonly outcome: { readonly value: unknown } | { readonly failed: true }
  /** the error as text, to be read; not compared */
  readonly error: string | null
  readonly world: object
}

/** ms after which a call counts as one that hangs: far more than any takes, even on a busy machine. */
const HANGS_AFTER = 120_000

/** Makes the same calls on both classes, each in a fresh directory; the first difference, or null. */
export async function firstDifference(
  Reference: StoreClass,
  Candidate: StoreClass,
  steps: readonly Step[]
): Promise<Difference | null> {
  const directory = mkdtempSync(join(tmpdir(), 'manycore-'))
  const reference = new World(Reference, join(directory, 'reference'))
  const candidate = new World(Candidate, join(directory, 'candidate'))
  try {
    await Promise.all([reference.root.ready(), candidate.root.ready()])
    for (const [i, call] of steps.entries()) {
      const [expected, actual] = await Promise.all([take(reference, call), take(candidate, call)])
      if (!isDeepStrictEqual(compared(expected), compared(actual))) {
        return { step: i, call, reference: expected, candidate: actual }
      }
    }
    return null
  } finally {
    await Promise.allSettled([reference.close(), candidate.close()])
    rmSync(directory, { recursive: true, force: true })
  }
}

async function take(world: World, { call, args }: Step): Promise<Seen> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, HANGS_AFTER, 'hangs')
  })
  try {
    const value = await Promise.race([CALLS[call]!.run(world, args), late])
    return { outcome: { value: plain(value) }, error: null, world: observe(world) }
  } catch (error) {
    return { outcome: { failed: true }, error: String(error), world: observe(world) }
  } finally {
    clearTimeout(timer)
  }
}

const compared = ({ outcome, world }: Seen): object => ({ outcome, world })

/** Without classes, so that a Buffer and a Uint8Array of the same bytes are equal. */
const plain = (value: unknown): unknown =>
  value === undefined ? null : JSON.parse(JSON.stringify(value, bytesAsHex))

function bytesAsHex(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const original = this[key]
  return original instanceof Uint8Array ? `0x${Buffer.from(original).toString('hex')}` : value
}
