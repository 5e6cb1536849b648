import { setImmediate as tick } from 'node:timers/promises'
import b4a from 'b4a'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import type { NoiseStream } from '@manycore/hypercore-types'

const PROTOCOL = b4a.from('hypercore/alpha')

/** Speaks real Noise, and over it whatever frames it likes. */
export class HostilePeer {
  readonly stream: NoiseSecretStream
  /** frames that came in */
  received = 0
  /** opens that were refused */
  rejected = 0

  constructor(stream: NoiseStream) {
    this.stream = stream as NoiseSecretStream
    this.stream.on('error', () => {})
  }

  /** Reads, and counts what is said about its opens. */
  listen(): this {
    this.stream.on('data', (frame) => {
      this.received++
      this.rejected += rejections(frame)
    })
    return this
  }

  async send(frame: Uint8Array): Promise<void> {
    if (this.stream.destroyed) return
    if (!this.stream.write(frame)) await this.drained()
  }

  /** Sends many, and lets the other side answer once in a while. */
  async flood(frames: Iterable<Uint8Array>): Promise<void> {
    let sent = 0
    for (const frame of frames) {
      if (this.stream.destroyed) return
      this.stream.write(frame)
      if (++sent % 500 === 0) await tick()
    }
  }

  /** Until so many opens were refused, or the stream is gone. */
  async refusals(count: number): Promise<void> {
    while (this.rejected < count && !this.stream.destroyed) await tick()
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.stream.once('drain', resolve)
      this.stream.once('close', resolve)
    })
  }
}

/** A frame that opens a channel; 7 + id bytes and more. */
export function openFrame(
  channel: number,
  id: Uint8Array,
  handshake: Uint8Array = b4a.alloc(33)
): Uint8Array {
  const string = b4a.concat([b4a.from([PROTOCOL.byteLength]), PROTOCOL])
  return b4a.concat([b4a.from([0, 1]), uint(channel), string, uint(id.byteLength), id, handshake])
}

export function closeFrame(channel: number): Uint8Array {
  return b4a.concat([b4a.from([0, 3]), uint(channel)])
}

/** Control messages in one frame, as Protomux batches them. */
export function batchFrame(frames: readonly Uint8Array[]): Uint8Array {
  const messages = frames.flatMap((frame) => [uint(frame.byteLength - 1), frame.subarray(1)])
  return b4a.concat([b4a.from([0, 0, 0]), ...messages])
}

/** compact-encoding's uint, to 32 bits */
export function uint(n: number): Uint8Array {
  if (n <= 0xfc) return b4a.from([n])
  const bytes = b4a.alloc(n <= 0xffff ? 3 : 5)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  bytes[0] = n <= 0xffff ? 0xfd : 0xfe
  if (n <= 0xffff) view.setUint16(1, n, true)
  else view.setUint32(1, n, true)
  return bytes
}

/** How many opens a frame of a Protomux refuses: the control message 2, alone or in a batch. */
function rejections(frame: Uint8Array): number {
  if (frame[0] !== 0) return 0
  if (frame[1] === 2) return 1
  if (frame[1] !== 0) return 0
  let count = 0
  for (let at = 2, control = frame[at++] === 0; at < frame.byteLength;) {
    let length = frame[at++]!
    if (length === 0) {
      control = frame[at++] === 0
      continue
    }
    if (length === 0xfd) {
      length = frame[at]! + frame[at + 1]! * 256
      at += 2
    }
    if (control && frame[at] === 2) count++
    at += length
  }
  return count
}
