import { EventEmitter } from 'node:events'
import type { NoiseStream } from '@manycore/hypercore-types'

/**
 * Stands for a Noise stream whose handshake is over: frames go in as they are after decryption. With the
 * handshake hash of a recorded session the proofs in its frames are valid, so that all of it can be replayed.
 */
export class RecordedStream extends EventEmitter {
  readonly noiseStream = this
  readonly isInitiator: boolean
  readonly handshakeHash: Uint8Array
  readonly publicKey: Uint8Array
  readonly remotePublicKey: Uint8Array
  readonly opened: Promise<boolean> = Promise.resolve(true)
  readonly connected = true
  readonly rawStream = {}
  readonly rawBytesWritten = 0
  readonly _writableState = { buffered: 0 }
  readonly keepAlive = 0
  userData: unknown = null
  destroyed = false
  /** why it was destroyed */
  reason: Error | null = null

  constructor({ isInitiator, handshakeHash, publicKey, remotePublicKey }: NoiseStream) {
    super()
    this.isInitiator = isInitiator
    this.handshakeHash = handshakeHash!
    this.publicKey = publicKey!
    this.remotePublicKey = remotePublicKey!
  }

  write(): boolean {
    return !this.destroyed
  }

  end(): void {}
  pause(): void {}
  resume(): void {}
  setKeepAlive(): void {}
  pipe(): void {}

  destroy(err: Error | null = null): void {
    if (this.destroyed) return
    this.destroyed = true
    this.reason = err
    queueMicrotask(() => {
      if (err !== null) this.emit('error', err)
      this.emit('close')
    })
  }
}
