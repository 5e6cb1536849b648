import { Reconciler } from '../../src/index.js'
import type { Difference, Index, ReconcilerOptions } from '../../src/index.js'

/** What an exchange came to. */
export interface Exchange {
  readonly frames: Uint8Array[]
  readonly bytes: number
  /** Found by the side that began, and by the other. */
  readonly found: readonly [Difference[], Difference[]]
}

/** Runs an exchange to its end. */
export async function reconcile(
  a: Index,
  b: Index,
  options: readonly [ReconcilerOptions?, ReconcilerOptions?] = [],
  between: (round: number) => unknown = () => {}
): Promise<Exchange> {
  const sides = [new Reconciler(a, options[0]), new Reconciler(b, options[1])] as const
  const found: [Difference[], Difference[]] = [[], []]
  const frames: Uint8Array[] = []
  let turn: 0 | 1 = 1
  for (let frame: Uint8Array | null = await sides[0].initiate(); frame !== null; turn = turn === 0 ? 1 : 0) {
    frames.push(frame)
    await between(frames.length)
    const received = await sides[turn].receive(frame)
    found[turn].push(...received.differences)
    frame = received.reply
  }
  for (const side of sides) if (side.position !== null) throw new Error('a side is not done')
  return { frames, bytes: frames.reduce((sum, { byteLength }) => sum + byteLength, 0), found }
}
