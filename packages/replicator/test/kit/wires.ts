import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import type { NoiseStream, ProtocolStream } from '@manycore/hypercore-types'
import { onTestFinished } from 'vitest'

/** Two ends of a stream, the initiator first. */
export type Wire<S = NoiseStream> = [S, S]

/** Two Noise streams piped into each other in memory. */
export async function inMemory(): Promise<Wire> {
  const wire: Wire<NoiseSecretStream> = [new NoiseSecretStream(true), new NoiseSecretStream(false)]
  pipe(wire[0].rawStream, wire[1].rawStream)
  return settled(wire)
}

/** Two Noise streams over a TCP connection on the loopback interface. */
export async function overTcp(): Promise<Wire> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far] = (await once(server, 'connection')) as [Socket]
  server.close()
  return settled([new NoiseSecretStream(true, near), new NoiseSecretStream(false, far)])
}

/** Carries the bytes of two protocol streams to each other; the end of one is the end of both. */
export function pipe(one: ProtocolStream, other: ProtocolStream): void {
  one.pipe(other).pipe(one)
  for (const stream of [one, other]) stream.on('error', ignore)
}

export async function destroyed(stream: ProtocolStream): Promise<void> {
  const { noiseStream } = stream
  if (noiseStream.destroyed) return
  const closed = once(noiseStream as unknown as NodeJS.EventEmitter, 'close')
  stream.destroy()
  await closed
}

async function settled(wire: Wire): Promise<Wire> {
  const open = new Set(wire) // a closed stream may go, with what it buffers
  for (const stream of wire) {
    stream.on('error', ignore)
    stream.once('close', () => open.delete(stream))
  }
  onTestFinished(async () => {
    await Promise.all(Array.from(open, destroyed))
  })
  await Promise.all(wire.map((stream) => stream.opened))
  return wire
}

/** A cut connection is how these tests end. */
function ignore(): void {}
