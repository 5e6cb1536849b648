import type { Protomux } from '@manycore/hypercore-types'
import { ReplicatorError } from '../errors.js'
import type { CoreChannel, CorePeer, Handler } from './hypercore-peer.js'

// What is used of Protomux (protomux 3.12.1 index.js) that is nobody's interface: declared and touched here only.

/**
 * What the remote says to the mux itself, each time with where its bytes are, and how a channel is made.
 * @upstream protomux Protomux
 */
export interface MuxCalls {
  /** The remote opens a channel. @returns null, or a promise that resolves once it is answered and never rejects */
  _onopensession(state: DecodeState): Promise<void> | null
  /** The remote closes a channel. */
  _onclosesession(state: DecodeState): void
  /**
   * One message, or several in one, of the channel with this number of the remote's; 0 = for the mux itself.
   * @returns what its handler returned, if others of a packet should wait for that before they are answered
   */
  _decode(remoteId: number, state: DecodeState): Promise<unknown> | null
  /** @returns null if the stream is destroyed, or the channel is open already */
  createChannel(opts: ChannelOptions): CoreChannel | null
}

/** @upstream protomux Protomux */
interface PrivateMux extends MuxCalls {
  /** A place for each channel number that the remote has used; null = free. */
  readonly _remote: readonly (RemoteChannel | null)[]
  /** What is known of a protocol and id, made if there is nothing yet. `incoming`: numbers of opens without an answer */
  _get(protocol: string, id: Uint8Array | null): { readonly incoming: number[] }
  /** What is gathered for one frame: bytes up to its `end`; null = the mux is not corked */
  readonly _batchState: { readonly end: number } | null
  /** Tells the remote that its open is refused, and frees its number. */
  _rejectSession(info: object, remoteId: number): void
  /** The mux has paused its stream: much waits for channels that are not open yet. */
  readonly _paused: boolean
  /** Ends the stream for what the remote did; throws what is a bug of the program. */
  _safeDestroy(err: Error): void
}

interface RemoteChannel {
  /** null = we have not answered the open */
  readonly session: { readonly id: Uint8Array | null } | null
}

/** Any stream of streamx. */
interface Pausable {
  pause(): unknown
  resume(): unknown
}

/** Bytes [start, end) of a buffer. Whoever reads them moves `start`. */
export interface DecodeState {
  buffer: Uint8Array
  start: number
  end: number
}

export interface Encoding {
  decode(state: object): unknown
}

/** What Hypercore gives to `createChannel()` (`Replicator._makePeer()` of hypercore 11.39.5 lib/replicator.js). */
export interface ChannelOptions {
  protocol: string
  id: Uint8Array
  handshake: Encoding
  messages: { encoding: Encoding; onmessage: Handler<never> }[]
  onopen: Handler<unknown>
  onclose: Handler<boolean>
  ondrain: (channel: CoreChannel) => unknown
}

const CALLS = ['_onopensession', '_onclosesession', '_decode', 'createChannel'] as const

/**
 * Replaces the calls of a mux.
 * @param around  gets those of the mux, bound to it
 * @returns a function that gives the mux its own calls back. Where somebody else has put a call over ours meanwhile, ours
 *          stays below it and does nothing any more: calls may be replaced again, and only the newest ones are at work
 */
export function replaceCalls(mux: Protomux, around: (upstream: MuxCalls) => MuxCalls): () => void {
  const calls = mux as Protomux & PrivateMux
  const { _onopensession, _onclosesession, _decode, createChannel } = calls
  const before = { _onopensession, _onclosesession, _decode, createChannel }
  const upstream: MuxCalls = {
    _onopensession: (state) => _onopensession.call(mux, state),
    _onclosesession: (state) => _onclosesession.call(mux, state),
    _decode: (remoteId, state) => _decode.call(mux, remoteId, state),
    createChannel: (opts) => createChannel.call(mux, opts)
  }
  let atWork = around(upstream)
  const installed: MuxCalls = {
    _onopensession: (state) => atWork._onopensession(state),
    _onclosesession: (state) => atWork._onclosesession(state),
    _decode: (remoteId, state) => atWork._decode(remoteId, state),
    createChannel: (opts) => atWork.createChannel(opts)
  }
  Object.assign(calls, installed)
  return () => {
    atWork = upstream
    for (const name of CALLS) {
      if (calls[name] === installed[name]) Object.assign(calls, { [name]: before[name] })
    }
  }
}

/** How many channel numbers the remote has used: Protomux keeps a place for each. */
export function channelNumbers(mux: Protomux): number {
  return (mux as Protomux & PrivateMux)._remote.length
}

/** Bytes that go out in one frame once the mux is uncorked. Until then Protomux does not ask the stream for them. */
export function corkedBytes(mux: Protomux): number {
  return (mux as Protomux & PrivateMux)._batchState?.end ?? 0
}

/** @returns the id of the channel that has this number of the remote's; null = it has none, or is not open */
export function idOfChannel(mux: Protomux, remoteId: number): Uint8Array | null {
  return (mux as Protomux & PrivateMux)._remote[remoteId - 1]?.session?.id ?? null
}

/**
 * @param state  of `_onclosesession()`
 * @returns the remote's channel that is about to be closed; null if there is none, or its open was answered
 */
export function unansweredOpen(mux: Protomux, state: DecodeState): object | null {
  const remote = (mux as Protomux & PrivateMux)._remote[readUint({ ...state }) - 1]
  return remote?.session === null ? remote : null
}

/** Refuses the opens of a protocol and id that come first, as long as `isRefused` says so of them. */
export function refuseFirstOpens(
  refusing: Protomux,
  { protocol, id }: Pick<ChannelOptions, 'protocol' | 'id'>,
  isRefused: (remote: object) => boolean
): void {
  const mux = refusing as Protomux & PrivateMux
  const info = mux._get(protocol, id ?? null)
  for (let first = info.incoming[0]; first !== undefined; first = info.incoming[0]) {
    const remote = mux._remote[first - 1]
    if (!remote || !isRefused(remote)) return
    info.incoming.shift()
    mux._rejectSession(info, first)
  }
}

/** Has the stream give no more frames for now; those on their way may still come. */
export function pauseReading({ stream }: Protomux): void {
  ;(stream as unknown as Pausable).pause()
}

/** Has the stream give frames again, unless the mux itself has paused it. */
export function resumeReading(mux: Protomux): void {
  if (!(mux as Protomux & PrivateMux)._paused) (mux.stream as unknown as Pausable).resume()
}

/** Ends a stream for what its remote did, as Protomux does when a handler throws. */
export function safeDestroy(mux: Protomux, err: Error): void {
  ;(mux as Protomux & PrivateMux)._safeDestroy(err)
}

/**
 * Reads compact-encoding's uint: a byte, or 0xfd, 0xfe or 0xff and 2, 4 or 8 bytes, little endian.
 * @returns it; it may be more than 2^53
 * @throws  BAD_FRAME if the bytes end before it does
 */
export function readUint(state: DecodeState): number {
  const { buffer, start, end } = state
  const first = start < end ? buffer[start]! : 0xff
  const bytes = first < 0xfd ? 0 : 2 ** (first - 0xfc)
  state.start = start + 1 + bytes
  if (state.start > end) throw new ReplicatorError('BAD_FRAME', 'a message ends within a number')
  if (bytes === 0) return first
  const view = new DataView(buffer.buffer, buffer.byteOffset + start + 1, bytes)
  if (bytes === 2) return view.getUint16(0, true)
  const low = view.getUint32(0, true)
  return bytes === 4 ? low : low + view.getUint32(4, true) * 2 ** 32
}

/** The peers of all cores whose channels are open on a mux. @param protocol  of those channels */
export function* openPeers(mux: Protomux, protocol: string): Generator<CorePeer> {
  for (const channel of mux as unknown as Iterable<{
    protocol: string
    opened: boolean
    userData: CorePeer
  }>) {
    if (channel.opened && channel.protocol === protocol) yield channel.userData
  }
}
