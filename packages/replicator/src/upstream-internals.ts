import type { Protomux } from '@manycore/hypercore-types'

/** Fields of protomux 3.12.1 that are nobody's interface. */
interface OpenMux extends Protomux {
  /** index.js:673: the remote opens a channel; null, or a promise that resolves once that is answered */
  _onopensession(state: object): Promise<void> | null
  /** index.js:598: several messages in one */
  _onbatch(state: object): void
  /** index.js:348: one place for each channel number that the remote has used */
  readonly _remote: readonly unknown[]
}

export interface OpenCounts {
  /** opens that are not answered yet */
  unanswered: number
  /** opens since the remote last read all we wrote */
  unread: number
  /** the highest channel number that the remote has used */
  ids: number
}

/**
 * Sees every open of the remote, of any protocol, before Protomux makes something of it: it takes any
 * number ("TODO: impl open backpressure", index.js:8), millions in one frame.
 * @param check  throws to end the stream
 * @returns ends it
 */
export function watchOpens(mux: Protomux, check: (counts: OpenCounts) => void): () => void {
  const open = mux as OpenMux
  const { _onopensession: upstream } = open
  let unanswered = 0
  let unread = 0

  const watching = (state: object): Promise<void> | null => {
    unread = mux.drained ? 0 : unread + 1
    check({ unanswered, unread, ids: open._remote.length })
    const answering = upstream.call(mux, state)
    if (answering === null) return null
    unanswered++
    // It never rejects (index.js:724).
    void answering.then(() => unanswered--)
    return answering
  }

  open._onopensession = watching
  return () => {
    if (open._onopensession === watching) open._onopensession = upstream
  }
}

/**
 * A batch within a batch, which Protomux never sends and takes to any depth: 16 MB of them overflow the stack, and
 * that error ends the process (safety-catch).
 * @param onnested  throws to end the stream
 * @returns ends it
 */
export function watchBatches(mux: Protomux, onnested: () => never): () => void {
  const open = mux as OpenMux
  const { _onbatch: upstream } = open
  let inside = false

  const watching = (state: object): void => {
    if (inside) onnested()
    inside = true
    try {
      upstream.call(mux, state)
    } finally {
      inside = false
    }
  }

  open._onbatch = watching
  return () => {
    if (open._onbatch === watching) open._onbatch = upstream
  }
}

/** Requests of the remote that hypercore's Peer has not answered; hypercore 11.37.1 lib/replicator.js:572. */
export function unansweredRequests(peer: object): number {
  return (peer as { remoteRequests?: Map<number, unknown> }).remoteRequests?.size ?? 0
}
