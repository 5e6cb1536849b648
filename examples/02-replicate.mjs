// One stream carries every core, even those that either side gets later.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import Corestore from '@manycore/corestore'

const directory = await mkdtemp(join(tmpdir(), 'example-'))
const alice = new Corestore(join(directory, 'alice'))
const bob = new Corestore(join(directory, 'bob'))

const server = createServer((socket) => carry(alice.replicate(false), socket))
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
const socket = connect(port, '127.0.0.1')
carry(bob.replicate(true), socket)

for (const name of ['first', 'second']) {
  const core = alice.get({ name, valueEncoding: 'utf-8' })
  await core.append(`the ${name} core of alice`)
  console.log('bob reads:', await bob.get({ key: String(core.id), valueEncoding: 'utf-8' }).get(0))
}

socket.destroy() // a store leaves its streams open when it closes
server.close()
await Promise.all([alice.close(), bob.close()])
await rm(directory, { recursive: true })

/**
 * @param {import('@manycore/corestore').ReplicationStream} stream
 * @param {import('node:net').Socket} socket
 */
function carry(stream, socket) {
  // Whichever end goes, the other goes too; the error of that is expected.
  pipeline(stream, socket, stream, () => {})
}
