import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { ProtocolStream } from '@manycore/hypercore-types'

interface Replicable {
  replicate(isInitiator: boolean): ProtocolStream
}

/**
 * Lets two stores replicate over a TCP connection on the loopback interface.
 * @returns what ends the connection, and resolves when both sockets are closed
 */
export async function connectOverTcp(
  initiator: Replicable,
  responder: Replicable
): Promise<() => Promise<void>> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far] = (await once(server, 'connection')) as [Socket]
  server.close()
  const closed = [carry(initiator, true, near), carry(responder, false, far)]
  return async () => {
    near.destroy()
    await Promise.all(closed)
  }
}

/** Pipes a store's protocol stream through the socket; either one's end is the end of both. */
function carry(store: Replicable, isInitiator: boolean, socket: Socket): Promise<void> {
  const stream = store.replicate(isInitiator)
  stream.on('error', () => socket.destroy()) // a cut connection is how these tests end
  socket.on('error', () => stream.destroy())
  stream.pipe(socket).on('close', () => stream.destroy())
  socket.pipe(stream as unknown as NodeJS.WritableStream)
  return Promise.all([
    new Promise((resolve) => socket.once('close', resolve)),
    new Promise((resolve) => stream.once('close', () => resolve(undefined)))
  ]).then(() => undefined)
}
