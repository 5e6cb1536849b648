// One stream carries every core: also those that either side gets later.
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import Corestore from '@manycore/corestore'

const directory = await mkdtemp(join(tmpdir(), 'example-'))
const [alice, bob] = ['alice', 'bob'].map((name) => new Corestore(join(directory, name)))

const server = createServer((socket) => carry(alice.replicate(false), socket))
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const socket = connect(server.address().port, '127.0.0.1')
carry(bob.replicate(true), socket)

for (const name of ['first', 'second']) {
  const core = alice.get({ name, valueEncoding: 'utf-8' })
  await core.append(`the ${name} core of alice`)
  console.log('bob reads:', await bob.get({ key: core.key, valueEncoding: 'utf-8' }).get(0))
}

socket.destroy() // a store leaves its streams open when it closes
server.close()
await Promise.all([alice.close(), bob.close()])
await rm(directory, { recursive: true })

function carry(stream, socket) {
  // Whichever end goes, the other goes too; the error of that is expected.
  pipeline(stream, socket, stream, () => {})
}
