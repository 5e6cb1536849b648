import type { Protomux } from '@manycore/hypercore-types'

/** The name under which Hypercores open their channels. Source: hypercore 11.37.1 lib/replicator.js:3166. */
const PROTOCOL = 'hypercore/alpha'

/** Asked when a remote opens a channel for a discovery key that nobody has attached. */
type Answer = (discoveryKey: Uint8Array) => Promise<void>

/**
 * Who answers on a mux. A mux has one slot for each protocol, and a second `pair()` silently takes it;
 * the list lets several replicators share a stream.
 */
const answering = new WeakMap<Protomux, Set<Answer>>()

/**
 * Calls `answer` for each core that the remote asks for.
 * @returns stops it
 */
export function pair(mux: Protomux, answer: Answer): () => void {
  const answers = answering.get(mux) ?? new Set()
  if (answers.size === 0) {
    answering.set(mux, answers)
    mux.pair({ protocol: PROTOCOL }, (discoveryKey) => ask(answers, discoveryKey))
  }
  answers.add(answer)

  return () => {
    if (!answers.delete(answer) || answers.size > 0) return
    answering.delete(mux)
    mux.unpair({ protocol: PROTOCOL })
  }
}

/** Never rejects: Protomux would destroy the whole stream (protomux 3.12.1 index.js:608). */
async function ask(answers: Set<Answer>, discoveryKey: Uint8Array | null): Promise<void> {
  if (discoveryKey?.byteLength !== 32) return // a channel without a core: Protomux rejects it
  await Promise.all(Array.from(answers, (answer) => answer(discoveryKey).catch(rethrow)))
}

/** Only a listener of the caller's can throw here; that is the process's error, not the stream's. */
function rethrow(err: unknown): void {
  queueMicrotask(() => {
    throw err
  })
}

/**
 * Closes the channel of a core on this mux, also one that the remote has not answered yet.
 * @returns resolves once no message of it is being worked on
 */
export async function closeChannel(mux: Protomux, discoveryKey: Uint8Array): Promise<void> {
  const channel = mux.getLastChannel({ protocol: PROTOCOL, id: discoveryKey })
  if (channel === null) return
  channel.close()
  await channel.fullyClosed()
}
