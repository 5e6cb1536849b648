// A user with Node's types: a store's stream goes into Node's `pipeline`, and a peer's key is a Buffer.
import { createServer, connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Duplex, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import Corestore, { type ReplicationPolicy } from '@manycore/corestore'

const seen = new Set<string>()
const policy: ReplicationPolicy = {
  access: (_core, { remotePublicKey }) => seen.add(remotePublicKey.toString('hex')).size > 0
}
const [writer, reader] = [new Corestore('./writer', { policy }), new Corestore('./reader')]
const log = writer.get({ name: 'log', valueEncoding: 'utf-8' })
await log.append('hello')

const done: Promise<void>[] = []
const server = createServer((socket) => {
  const far = writer.replicate(false, { keepAlive: false })
  done.push(pipeline(socket, far, socket).catch(() => {}))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
const near = reader.replicate(true)
const duplex: Duplex = near
done.push(pipeline(near, socket, near).catch(() => {}))

const copy = reader.get({ key: log.key!, valueEncoding: 'utf-8' })
const block: string = await copy.get(0)
const destination: Writable = log.createWriteStream()
await pipeline(['more'], destination)

if (block !== 'hello' || seen.size !== 1) throw new Error('not replicated')
if (![...seen].every((key) => /^[0-9a-f]{64}$/.test(key))) throw new Error('not a key in hex')
duplex.destroy()
await Promise.all(done)
server.close()
await Promise.all([writer.close(), reader.close()])
