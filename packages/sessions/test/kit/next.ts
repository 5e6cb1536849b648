import type { EventSource } from '@manycore/hypercore-types'

/** The arguments of an emitter's next event. */
export function next<Events extends { [K in keyof Events]: unknown[] }, K extends keyof Events>(
  emitter: EventSource<Events>,
  event: K
): Promise<Events[K]> {
  return new Promise((resolve) => emitter.once(event, (...args: Events[K]) => resolve(args)))
}
