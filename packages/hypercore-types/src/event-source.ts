/** A listener for arguments of these types. */
export type Listener<Args extends unknown[]> = (...args: Args) => void

/**
 * The part of EventEmitter that our classes expose, with typed events and without Node's type
 * definitions: `Events` maps an event's name to its listener arguments.
 */
export interface EventSource<Events extends { [K in keyof Events]: unknown[] }> {
  /** Calls the listener each time the event is emitted. */
  on<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this
  /** Calls the listener at the next such event, once. */
  once<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this
  /** Removes a listener that was added with `on` or `once`. */
  off<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this
  /** The same as `on`. */
  addListener<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this
  /** The same as `off`. */
  removeListener<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this
  /** Removes every listener of the event, or of all events. */
  removeAllListeners(event?: keyof Events): this
  /**
   * Calls the listeners of the event, in order.
   * @returns false if there were none
   */
  emit<K extends keyof Events>(event: K, ...args: Events[K]): boolean
  /** How many listeners the event has. */
  listenerCount(event: keyof Events): number
}
