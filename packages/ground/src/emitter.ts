import { EventEmitter } from 'events-universal'
import { callEach, reportError } from './call-each.js'

type Listener = (...args: readonly unknown[]) => unknown

/** A listener of bare-events with the flags "once" and "has been called"; Node wraps those of `once` instead. */
type BareListener = readonly [fn: Listener, once: boolean, called: boolean]

/** What is used of an EventEmitter of Node, or of bare-events, whose `_events` is read as well. */
interface AnyEmitter {
  rawListeners(name: string | symbol): unknown[]
  off(name: string | symbol, fn: Listener): unknown
  readonly _events?: {
    readonly [name: string | symbol]: { readonly list?: readonly BareListener[] } | undefined
  }
}

/** Node's EventEmitter, or that of Bare, without its types: declarations that have them would need those of Node. */
const Base: new () => object = EventEmitter

/**
 * An EventEmitter with typed events: `Events` maps the name of an event to its listener's arguments. It calls every
 * listener, whatever another one throws; see `emitToEach`.
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- Base has the methods that the interface adds
export class Emitter<Events extends { [K in keyof Events]: unknown[] }> extends Base {
  /**
   * Calls every listener of the event, in order.
   * @returns false if it has none
   */
  emit<K extends keyof Events>(event: K, ...args: Events[K]): boolean {
    return emitToEach(this as never, event as string | symbol, args)
  }
}

export interface Emitter<Events extends { [K in keyof Events]: unknown[] }> {
  /** Calls the listener each time the event is emitted. */
  on<K extends keyof Events>(event: K, listener: (...args: Events[K]) => void): this
  /** Calls the listener at the next such event, once. */
  once<K extends keyof Events>(event: K, listener: (...args: Events[K]) => void): this
  /** Removes a listener that was added with `on` or `once`. */
  off<K extends keyof Events>(event: K, listener: (...args: Events[K]) => void): this
  /** The same as `on`. */
  addListener<K extends keyof Events>(event: K, listener: (...args: Events[K]) => void): this
  /** The same as `off`. */
  removeListener<K extends keyof Events>(event: K, listener: (...args: Events[K]) => void): this
  /** Removes every listener of the event, or of all events. */
  removeAllListeners(event?: keyof Events): this
  /** How many listeners the event has. */
  listenerCount(event: keyof Events): number
}

/**
 * Calls every listener of an event, in order. What one throws becomes an uncaught exception (`reportError`); the others
 * are called all the same. Listeners added meanwhile are not called. A class that extends somebody else's EventEmitter
 * overrides `emit` with it.
 * @returns false if the event has no listeners
 */
export function emitToEach(emitter: AnyEmitter, name: string | symbol, args: readonly unknown[]): boolean {
  const bare = emitter._events?.[name]?.list
  const listeners = emitter.rawListeners(name) as Listener[]
  if (listeners.length === 0 && name === 'error') reportError(args[0])
  const once = new Set(bare?.filter((entry) => entry[1]).map(([fn]) => fn))
  callEach(
    listeners.map((listener) => () => {
      if (once.has(listener)) emitter.off(name, listener)
      Reflect.apply(listener, emitter, args)
    })
  )
  return listeners.length > 0
}
