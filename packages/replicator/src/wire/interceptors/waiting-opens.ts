import b4a from 'b4a'
import {
  ALL_WAITING_OPENS,
  FLOOD_FACTOR,
  LONG_WAIT_MS,
  OPEN_BYTES,
  OPEN_BYTES_PER_STREAM
} from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { isOfCore } from '../messages.js'
import { Ask, HeldOpen } from '../opens/held-opens.js'
import { LongWaits } from '../opens/long-waits.js'
import { type OpenMessage, readOpen } from '../opens/open-message.js'
import { Packets } from '../opens/packets.js'
import { SharedRoom } from '../opens/shared-room.js'
import {
  answerNext,
  type ChannelOptions,
  isFree,
  type Notify,
  notifyOf,
  refuseOpen,
  safeDestroy,
  takePlace,
  unansweredAt
} from '../protomux.js'
import { readUint } from '../uint.js'
import type { Host, Interceptor } from './interceptor.js'

/**
 * Keeps the opens of cores that wait for an answer, instead of Protomux (`_onopensession()` and
 * `_requestSession()`): as few bytes as possible of each, and one question for all that have the same protocol and id. An open that
 * the remote takes back is refused at once, for the reason that `refuseClosedOpens()` gives.
 */
export function holdOpens(host: Host): Interceptor {
  const { mux } = host
  const waiting = new WaitingOpens(host)

  return {
    name: 'opens that wait',
    control: ({ _onopensession, _onclosesession, _bufferMessage, createChannel }) => ({
      _onopensession(state) {
        const open = readOpen(state)
        const protocol = b4a.toString(open.protocol)
        if (!isOfCore(protocol)) return _onopensession(state)
        if (open.id.byteLength + open.handshake.byteLength > OPEN_BYTES) {
          throw new ReplicatorError('BAD_FRAME', `the open of a core has ${state.end - state.start} bytes`)
        }
        if (open.id.byteLength !== 32) return _onopensession(state)
        const hexId = b4a.toString(open.id, 'hex')
        const notify = notifyOf(mux, protocol, hexId)
        if (notify === null) return _onopensession(state)
        const held = waiting.hold(open, hexId + protocol, notify)
        return held === false ? _onopensession(state) : held
      },
      _onclosesession(state) {
        const open = unansweredAt(mux, readUint({ ...state }))
        if (open instanceof HeldOpen) waiting.refuse(open)
        else _onclosesession(state)
      },
      _bufferMessage(remote, type, state) {
        if (remote instanceof HeldOpen) remote.expectMessages()
        _bufferMessage(remote, type, state)
      },
      createChannel(opts) {
        const open = waiting.first(opts)
        if (open === null) return createChannel(opts)
        answerNext(mux, opts, open.number)
        const channel = createChannel(opts)
        if (open.session !== null) waiting.leave(open)
        return channel
      }
    }),
    release: () => waiting.release()
  }
}

/** There is one memory, whatever the number of replicators. */
const room = new SharedRoom(ALL_WAITING_OPENS)

/** The opens of one stream that wait. */
class WaitingOpens {
  readonly #host: Host
  /** By hex id and protocol, one behind the other. */
  readonly #asks = new Map<string, Ask>()
  readonly #packets: Packets
  readonly #longWaits: LongWaits
  #count = 0
  /** Of their handshakes. */
  #bytes = 0
  /** It is told that there is no room, until half of what waits then is answered. */
  #fullUntil = -1

  constructor(host: Host) {
    this.#host = host
    this.#packets = new Packets(host.mux, host.clock)
    this.#longWaits = new LongWaits(host.clock, (opens) => this.#tell(opens))
  }

  /**
   * Takes an open, and asks about its core unless that is being asked already.
   * @param name  its id in hex, and its protocol
   * @returns what `_onopensession()` returns; false = Protomux has to refuse its number
   * @throws  TOO_MANY_OPENS
   */
  hold({ number, id, handshake }: OpenMessage, name: string, notify: Notify): Promise<void> | null | false {
    const { mux } = this.#host
    if (!isFree(mux, number)) return false
    this.#check(handshake.byteLength)
    if (room.isFull(this.#count)) return this.#refuseAtOnce(number, id)
    const known = this.#asks.get(name)
    const ask = known ?? new Ask()
    const packet = this.#packets.current()
    const open = new HeldOpen(number, handshake, ask, packet, this.#longWaits.begin())
    takePlace(mux, number, open)
    this.#count++
    room.take()
    this.#bytes += open.bytes
    const left = this.#packets.promise(packet)
    if (known === undefined) this.#ask(ask, name, notify, id)
    return left
  }

  /** @returns an open that a channel with these options can answer; null = there is none */
  first({ protocol, id }: ChannelOptions): HeldOpen | null {
    if (this.#asks.size === 0 || !isOfCore(protocol)) return null
    const { mux } = this.#host
    const open = this.#asks.get(b4a.toString(id, 'hex') + protocol)?.first ?? null
    return open === null || mux.stream.destroyed || mux.opened({ protocol, id }) ? null : open
  }

  refuse(open: HeldOpen): void {
    refuseOpen(this.#host.mux, open.number)
    this.leave(open)
  }

  /** An open is answered. */
  leave(open: HeldOpen): void {
    open.leave()
    if (--this.#count <= this.#fullUntil) this.#fullUntil = -1
    room.leave()
    this.#bytes -= open.bytes
    this.#longWaits.answered(open.round)
    open.packet?.answered()
  }

  release(): void {
    for (const ask of this.#asks.values()) this.#refuseAll(ask)
    this.#packets.leave()
    this.#longWaits.stop()
  }

  /** As long as asks are under way, opens of other ids count, even if the remote has taken back those of the asks. */
  #check(bytes: number): void {
    const waiting = Math.max(this.#count, this.#asks.size)
    if (waiting >= this.#host.limits.pendingOpens * FLOOD_FACTOR) {
      throw new ReplicatorError('TOO_MANY_OPENS', `${waiting} opens of one stream wait for an answer`)
    }
    if (this.#bytes + bytes > OPEN_BYTES_PER_STREAM) {
      const text = `opens of ${this.#bytes + bytes} bytes wait for an answer`
      throw new ReplicatorError('TOO_MANY_OPENS', text)
    }
  }

  /** One event, until half of those that wait are answered: a flood of opens must not become a flood of events. */
  #refuseAtOnce(number: number, id: Uint8Array): null {
    const { mux } = this.#host
    takePlace(mux, number, new HeldOpen(number, new Uint8Array(0), new Ask(), null, 0))
    refuseOpen(mux, number)
    if (this.#fullUntil !== -1) return null
    this.#fullUntil = this.#count >> 1
    const text = `${this.#count} opens of one stream wait for an answer, and many of others`
    this.#host.limited(new ReplicatorError('TOO_MANY_OPENS', text, { discoveryKey: b4a.from(id) }), null)
    return null
  }

  #ask(ask: Ask, name: string, notify: Notify, id: Uint8Array): void {
    this.#asks.set(name, ask)
    Promise.resolve(notify(b4a.from(id))).then(
      () => {
        this.#asks.delete(name)
        this.#refuseAll(ask)
      },
      (err: Error) => safeDestroy(this.#host.mux, err)
    )
  }

  #refuseAll(ask: Ask): void {
    for (let open = ask.first; open !== null; open = ask.first) this.refuse(open)
  }

  #tell(opens: number): void {
    const [name] = this.#asks.keys()
    const text = `${opens} opens of one stream have waited for more than ${LONG_WAIT_MS} ms`
    const discoveryKey = name === undefined ? null : b4a.from(name.slice(0, 64), 'hex')
    this.#host.limited(new ReplicatorError('OPENS_WAIT', text, { discoveryKey }), null)
  }
}
