import { callEach } from '@manycore/ground'
import type { ReplicatorEvents } from '../events.js'

/** What is used of `node:diagnostics_channel`. */
interface DiagnosticsChannel {
  readonly hasSubscribers: boolean
  publish(message: unknown): void
}

interface DiagnosticsModule {
  channel(name: string): DiagnosticsChannel
}

/** The names of an event's arguments: the fields of its message. */
const FIELDS: { [K in keyof ReplicatorEvents]: readonly string[] } = {
  'stream-open': ['stream'],
  'stream-close': ['stream', 'reason'],
  attach: ['core', 'stream'],
  detach: ['core', 'stream'],
  denied: ['core', 'stream', 'question'],
  'core-error': ['error', 'info'],
  limited: ['error', 'info'],
  refused: ['error', 'info'],
  stalled: ['stream', 'stall']
}

const channels = open()

/**
 * Publishes an event on the diagnostics channel `manycore:replicator:<event>`, as `{ replicator, ...arguments }`.
 * Where there are no such channels (browser, Bare), or nobody listens, it does nothing.
 */
export function publish<K extends keyof ReplicatorEvents>(
  replicator: object,
  event: K,
  args: ReplicatorEvents[K]
): void {
  const channel = channels?.[event]
  if (channel === undefined || !channel.hasSubscribers) return
  const fields = FIELDS[event].map((name, i) => [name, args[i]])
  // Node calls every subscriber whatever another one throws; elsewhere the first one that throws would stop an event.
  callEach([() => channel.publish({ replicator, ...Object.fromEntries(fields) })])
}

/** No import: a bundler for browsers would look for the module. */
function open(): Record<string, DiagnosticsChannel> | null {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): DiagnosticsModule | undefined }
  }
  const diagnostics = process?.getBuiltinModule?.('node:diagnostics_channel')
  if (!diagnostics) return null
  return Object.fromEntries(
    Object.keys(FIELDS).map((event) => [event, diagnostics.channel(`manycore:replicator:${event}`)])
  )
}
