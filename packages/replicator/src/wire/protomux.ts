import type { Protomux } from '@manycore/hypercore-types'
import type { Direction } from './direction.js'
import type { CoreChannel, CorePeer, Handler } from './hypercore-peer.js'
import { isOfCore } from './messages.js'

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
  /** The remote refuses a channel that we have opened. */
  _onrejectsession(state: DecodeState): void
  /**
   * One message, or several in one, of the channel with this number of the remote's; 0 = for the mux itself.
   * @returns what its handler returned, if others of a packet should wait for that before they are answered
   */
  _decode(remoteId: number, state: DecodeState): Promise<unknown> | null
  /** A message comes for a channel that is not open yet. */
  _bufferMessage(remote: RemoteChannel, type: number, state: DecodeState): void
  /** @returns null if the stream is destroyed, or the channel is open already */
  createChannel(opts: ChannelOptions): CoreChannel | null
}

/** Called when the remote opens a channel that nobody has. The open is answered once what it returns has settled. */
export type Notify = (id: Uint8Array) => unknown

/** @upstream protomux Protomux */
interface PrivateMux extends MuxCalls {
  /** A place for each channel number that the remote has used; null = free. */
  readonly _remote: (RemoteChannel | null)[]
  /** A place for each channel number that we have used; null = free, or we have closed the channel. */
  readonly _local: readonly (LocalChannel | null)[]
  /** Numbers of ours, less 1, that a channel may use again. */
  readonly _free: number[]
  /** Those who paired, by protocol and hex id, with '##' between them; no id = for all ids of the protocol. */
  readonly _notify: ReadonlyMap<string, Notify>
  /** What is known of protocols and ids, by the same names. */
  readonly _infos: ReadonlyMap<string, ChannelInfo>
  /** Bytes of messages for channels that are not open yet, and 512 for each. */
  readonly _buffered: number
  /** What is known of a protocol and id, made if there is nothing yet. */
  _get(protocol: string, id: Uint8Array | null): ChannelInfo
  /** What is gathered for one frame: bytes up to its `end`; null = the mux is not corked */
  readonly _batchState: { readonly end: number } | null
  /** Tells the remote that its open is refused, and frees its number. */
  _rejectSession(info: object, remoteId: number): void
  /** The mux has paused its stream: much waits for channels that are not open yet. */
  readonly _paused: boolean
  /** Ends the stream for what the remote did; throws what is a bug of the program. */
  _safeDestroy(err: Error): void
}

interface ChannelInfo {
  /** Numbers of the remote's opens that are not answered. */
  readonly incoming: number[]
  /** Numbers of our opens that are not answered. */
  readonly outgoing: number[]
}

/** @upstream protomux Channel */
interface LocalChannel {
  readonly _info: ChannelInfo
  /** @param isRemote  the remote has closed it */
  _close(isRemote: boolean): void
}

/** An open of the remote, in the place of its channel number. */
export interface RemoteChannel {
  /** Where its handshake is; null = the channel is open. */
  state: DecodeState | null
  /** Messages for the channel that came before it was open; null = it is open. */
  pending: unknown[] | null
  /** Our end of it; null = we have not answered the open. */
  session: OpenChannel | null
}

/** Our end of a channel; of a core, if it is of Hypercore's protocol. */
export interface OpenChannel {
  readonly protocol: string
  /** 32 bytes if it is of a core */
  readonly id: Uint8Array
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
  aliases?: string[]
  id: Uint8Array
  handshake: Encoding
  messages: { encoding: Encoding; onmessage: Handler<never> }[]
  onopen: Handler<unknown>
  onclose: Handler<boolean>
  ondrain: (channel: CoreChannel) => unknown
  /** Not Hypercore's: which way the core goes on the lane that makes the channel; undefined = it is made by none. */
  directionOf?: (discoveryKey: Uint8Array) => Direction | null
}

/** A mux as who opens channels sees it. */
export type MakesChannels = Pick<MuxCalls, 'createChannel'>

/** Which channel. */
type OfChannel = Pick<ChannelOptions, 'protocol' | 'id'>

const CALLS = [
  '_onopensession',
  '_onclosesession',
  '_onrejectsession',
  '_decode',
  '_bufferMessage',
  'createChannel'
] as const

/**
 * Replaces the calls of a mux.
 * @param around  gets those of the mux, bound to it
 * @returns a function that gives the mux its own calls back. Where somebody else has put a call over ours meanwhile, ours
 *          stays below it and does nothing any more: calls may be replaced again, and only the newest ones are at work
 */
export function replaceCalls(mux: Protomux, around: (upstream: MuxCalls) => MuxCalls): () => void {
  const calls = mux as Protomux & PrivateMux
  const { _onopensession, _onclosesession, _onrejectsession, _decode, _bufferMessage, createChannel } = calls
  const before = { _onopensession, _onclosesession, _onrejectsession, _decode, _bufferMessage, createChannel }
  const upstream: MuxCalls = {
    _onopensession: (state) => _onopensession.call(mux, state),
    _onclosesession: (state) => _onclosesession.call(mux, state),
    _onrejectsession: (state) => _onrejectsession.call(mux, state),
    _decode: (remoteId, state) => _decode.call(mux, remoteId, state),
    _bufferMessage: (remote, type, state) => _bufferMessage.call(mux, remote, type, state),
    createChannel: (opts) => createChannel.call(mux, opts)
  }
  let atWork = around(upstream)
  const installed: MuxCalls = {
    _onopensession: (state) => atWork._onopensession(state),
    _onclosesession: (state) => atWork._onclosesession(state),
    _onrejectsession: (state) => atWork._onrejectsession(state),
    _decode: (remoteId, state) => atWork._decode(remoteId, state),
    _bufferMessage: (remote, type, state) => atWork._bufferMessage(remote, type, state),
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

/** @returns our end of the channel that has this number of the remote's; null = it has none, or is not answered */
export function channelAt(mux: Protomux, remoteId: number): OpenChannel | null {
  return (mux as Protomux & PrivateMux)._remote[remoteId - 1]?.session ?? null
}

/**
 * Who is asked about an open of the remote.
 * @returns null if nobody has to be waited for: a channel of ours waits for it, somebody has paired for this very id, or
 *          nobody has paired for the protocol
 */
export function notifyOf(asked: Protomux, protocol: string, hexId: string): Notify | null {
  const mux = asked as Protomux & PrivateMux
  const key = `${protocol}##${hexId}`
  if (mux._notify.has(key) || (mux._infos.get(key)?.outgoing.length ?? 0) > 0) return null
  return mux._notify.get(`${protocol}##`) ?? null
}

/** Whether the remote may open a channel with this number: it is free, or the next one. */
export function isFree(mux: Protomux, number: number): boolean {
  const { _remote } = mux as Protomux & PrivateMux
  return number > 0 && number <= _remote.length + 1 && !_remote[number - 1]
}

/** Gives an open of the remote its place, as `_onopensession()` does. */
export function takePlace(mux: Protomux, number: number, open: RemoteChannel): void {
  ;(mux as Protomux & PrivateMux)._remote[number - 1] = open
}

/** @returns what has this number of the remote's and is not answered; null = nothing */
export function unansweredAt(mux: Protomux, number: number): RemoteChannel | null {
  const remote = (mux as Protomux & PrivateMux)._remote[number - 1]
  return remote?.session === null ? remote : null
}

/** Has the channel of this protocol and id that is made next answer an open of the remote. */
export function answerNext(mux: Protomux, { protocol, id }: OfChannel, number: number): void {
  const { incoming } = (mux as Protomux & PrivateMux)._get(protocol, id)
  if (incoming.length === 0) incoming.push(number)
}

/** Tells the remote that its open is refused, and frees its number. */
export function refuseOpen(mux: Protomux, number: number): void {
  ;(mux as Protomux & PrivateMux)._rejectSession({}, number)
}

/** How many protocols and ids are known that channels are open for, or opened. */
export function knownChannels(mux: Protomux): number {
  return (mux as Protomux & PrivateMux)._infos.size
}

/**
 * Ends a channel of ours that the remote has refused, as `_onrejectsession()` does, which looks through all that it knows
 * until it finds it.
 * @returns false if nothing else can find it: we have closed it meanwhile, or there was none
 */
export function endRejected(refused: Protomux, number: number): boolean {
  const mux = refused as Protomux & PrivateMux
  const channel = mux._local[number - 1] ?? null
  const place = channel?._info.outgoing.indexOf(number) ?? -1
  if (channel === null || place === -1) return false
  channel._info.outgoing.splice(place, 1)
  mux._free.push(number - 1)
  channel._close(true) // which forgets what is known for it
  return true
}

/** Bytes of messages for channels that are not open yet, and 512 for each. */
export function earlyBytes(mux: Protomux): number {
  return (mux as Protomux & PrivateMux)._buffered
}

/** Refuses the opens of a protocol and id that come first, as long as `isRefused` says so of them. */
export function refuseFirstOpens(
  refusing: Protomux,
  { protocol, id }: OfChannel,
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

/** The peers of all cores whose channels are open on a mux. */
export function* openPeers(mux: Protomux): Generator<CorePeer> {
  for (const { userData } of openChannels(mux)) yield userData
}

/** @returns the discovery key of a core whose channel is open on a mux, 32 bytes; null = none is */
export function openCore(mux: Protomux): Uint8Array | null {
  for (const { id } of openChannels(mux)) return id
  return null
}

function* openChannels(mux: Protomux): Generator<CoreChannel> {
  for (const channel of mux as unknown as Iterable<CoreChannel & { protocol: string; opened: boolean }>) {
    if (channel.opened && isOfCore(channel.protocol)) yield channel
  }
}
