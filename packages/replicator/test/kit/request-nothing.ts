import type { Hypercore } from '@manycore/hypercore-types'

/** From now on a core requests nothing of its peers, whatever is asked of it. */
export function requestNothing(core: Hypercore): void {
  const replicator = core.core!.replicator as unknown as {
    setInflightRange(least: number, most: number): void
  }
  replicator.setInflightRange(0, 0)
}
