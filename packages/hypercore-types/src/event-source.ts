/** A listener for arguments of these types. */
export type Listener<Args extends unknown[]> = (...args: Args) => void

/**
 * The part of EventEmitter that our classes expose, with typed events and without Node's type
 * definitions: `Events` maps an event's name to its listener arguments.
 */
export interface EventSource<Events extends { [K in keyof Events]: unknown[] }> {
  on<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this
  once<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this
  off<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this
  addListener<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this
  removeListener<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this
  removeAllListeners(event?: keyof Events): this
  emit<K extends keyof Events>(event: K, ...args: Events[K]): boolean
  listenerCount(event: keyof Events): number
}
