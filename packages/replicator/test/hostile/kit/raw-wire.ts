import b4a from 'b4a'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { onTestFinished } from 'vitest'
import { destroyed, type Wire } from '../../kit/wires.js'

/** Gets every piece of bytes; `to` is where it was going. */
export type Carry = (bytes: Uint8Array, to: NoiseSecretStream) => void

/**
 * Two Noise streams whose encrypted bytes go through the test's hands, ours first. The end of one is the end of the
 * other, a turn later, as with a socket.
 */
export function handCarried(carry: Carry): [NoiseSecretStream, NoiseSecretStream] {
  const wire: [NoiseSecretStream, NoiseSecretStream] = [
    new NoiseSecretStream(false),
    new NoiseSecretStream(true)
  ]
  for (const [from, to] of [wire, wire.toReversed()] as [NoiseSecretStream, NoiseSecretStream][]) {
    from.on('error', ignore)
    from.rawStream.on('error', ignore)
    from.rawStream.on('data', (bytes) => carry(bytes, to))
    from.once('close', () => setImmediate(() => to.destroy()))
  }
  return wire
}

/**
 * @param isOpen  false = the handshake does not begin: no byte is carried
 * @returns our end, the peer's, what sends us bytes that are in no frame, and whether those that are in one are carried
 */
export async function rawWire(
  isOpen: boolean
): Promise<[...Wire<NoiseSecretStream>, (bytes: Uint8Array) => void, (isCarried: boolean) => void]> {
  let all = isOpen
  const wire = handCarried((bytes, to) => {
    if (all) to.rawStream.write(b4a.from(bytes))
  })
  onTestFinished(async () => {
    await Promise.all(wire.map(destroyed))
  })
  if (isOpen) await Promise.all(wire.map(({ opened }) => opened))
  all = false
  const [ours, theirs] = wire
  return [ours, theirs, (bytes) => void ours.rawStream.write(bytes), (isCarried) => void (all = isCarried)]
}

function ignore(): void {}
