import { setImmediate } from 'node:timers/promises'

/** Lets the event loop turn until `condition` holds; the test's time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate()
}
