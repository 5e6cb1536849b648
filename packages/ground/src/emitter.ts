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

/**
 * An EventEmitter that calls every listener of an event, whatever another one throws; see `emitToEach`. Each class
 * that extends it gives it the types of its events.
 */
export class Emitter extends EventEmitter {
  override emit(name: string | symbol, ...args: unknown[]): boolean {
    return emitToEach(this as never, name, args)
  }
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
