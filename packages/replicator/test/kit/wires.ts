import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import type { NoiseStream, ProtocolStream } from '@manycore/hypercore-types'
import UDX from 'udx-native'
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

/** Two Noise streams over UDX on the loopback interface, as Hyperswarm's connections are. */
export async function overUdx(): Promise<Wire> {
  const udx = new UDX()
  const ends = [1, 2].map((id) => {
    const socket = udx.createSocket()
    socket.bind(0, '127.0.0.1')
    const raw = udx.createStream(id)
    raw.once('close', () => void socket.close())
    return { socket, raw, id }
  })
  const [near, far] = ends as [(typeof ends)[0], (typeof ends)[0]]
  near.raw.connect(near.socket, far.id, far.socket.address().port, '127.0.0.1')
  far.raw.connect(far.socket, near.id, near.socket.address().port, '127.0.0.1')
  return settled([new NoiseSecretStream(true, near.raw), new NoiseSecretStream(false, far.raw)])
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
