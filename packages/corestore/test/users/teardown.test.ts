import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { ProtocolStream } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { KEPT } from '../kit/storages.js'

/**
 * A seeder as programs on Corestore 7 are written: it pipes streams of its own into sockets, and its teardown
 * closes the store first, then ends every stream and waits for its 'close', then closes the server.
 */
class Seeder {
  readonly store: Corestore
  readonly server: Server
  readonly streams: ProtocolStream[] = []

  constructor(store: Corestore) {
    this.store = store
    this.server = createServer((socket) => this.#add(store.replicate(false), socket)).listen(0, '127.0.0.1')
  }

  async join(other: Seeder): Promise<void> {
    const { port } = other.server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1')
    this.#add(this.store.replicate(true), socket)
    await once(socket, 'connect')
  }

  /** @param streams  those whose 'close' it waits for; one that is closed already would never say so again */
  async teardown(streams = this.streams.filter((stream) => !stream.destroyed)): Promise<void> {
    await this.store.close()
    await Promise.all(
      streams.map((stream) => {
        const closed = new Promise((resolve) => stream.once('close', () => resolve(null)))
        stream.destroy()
        return closed
      })
    )
    await new Promise((resolve) => this.server.close(resolve))
  }

  #add(stream: ProtocolStream, socket: Socket): void {
    this.streams.push(stream)
    stream.on('error', () => {}) // the peer leaves
    socket.on('error', () => {})
    stream.on('close', () => socket.destroy())
    stream.pipe(socket)
    socket.pipe(stream as unknown as NodeJS.WritableStream)
  }
}

test.each(KEPT)('a seeder on $kind closes its store before its streams, in use', async ({ place }) => {
  const next = place()
  const seeder = new Seeder(new Corestore(next()))
  const [reader, idle] = [
    new Seeder(new Corestore(KEPT[0]!.place()())),
    new Seeder(new Corestore(KEPT[0]!.place()()))
  ]
  await Promise.all([seeder, reader, idle].map(({ server }) => once(server, 'listening')))
  onTestFinished(() => {
    for (const { server } of [seeder, reader, idle]) server.close()
  })

  const log = seeder.store.get({ name: 'log', valueEncoding: 'utf-8' })
  await log.append(['one', 'two'])
  await reader.join(seeder)
  await idle.join(seeder)
  const copy = reader.store.get({ key: log.key!, valueEncoding: 'utf-8' })
  expect(await copy.get(1)).toBe('two')
  const wanted = copy.get(2).catch((err: Error) => err) // never written; the reader waits for it

  expect(seeder.streams).toHaveLength(2)
  await seeder.teardown()
  expect(reader.store.closing).toBe(null) // the others go on
  expect(await copy.get(1)).toBe('two')

  const again = new Corestore(next())
  expect(await again.get({ name: 'log', valueEncoding: 'utf-8' }).get(1)).toBe('two')
  await again.close()
  await Promise.all([reader.teardown(), idle.teardown()])
  expect(await wanted).toBeInstanceOf(Error)
})
