// The same over a WebSocket, as through a proxy or from a browser: `ws` makes a stream of it. The one end
// only uploads and the other only downloads.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { downloadOnly, Replicator, uploadOnly } from '@manycore/replicator'
import Hypercore from 'hypercore'
import { createWebSocketStream, WebSocket, WebSocketServer } from 'ws'

const NAMES = ['notes', 'photos', 'diary']
const directory = await mkdtemp(join(tmpdir(), 'example-'))

if (process.argv[2] === 'reader') await reader(...process.argv.slice(3))
else await writer()
await rm(directory, { recursive: true })

async function writer() {
  const cores = NAMES.map((name) => new Hypercore(join(directory, name)))
  for (const [i, core] of cores.entries()) await core.append(`the first of my ${NAMES[i]}`)

  // Whoever knows a key may have the core, and nobody can make us store anything.
  const replicator = Replicator.of(cores, { policy: uploadOnly() })
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket) => carry(replicator.replicate(false), socket))
  await once(server, 'listening')

  const keys = cores.map((core) => core.key.toString('hex'))
  await run('reader', server.address().port, ...keys)

  await replicator.close()
  server.close()
  await Promise.all(cores.map((core) => core.close()))
}

async function reader(port, ...keys) {
  const cores = keys.map((key, i) => new Hypercore(join(directory, NAMES[i]), key))
  const replicator = Replicator.of(cores, { policy: downloadOnly() })
  carry(replicator.replicate(true), new WebSocket(`ws://127.0.0.1:${port}`))

  for (const core of cores) console.log('the reader gets:', String(await core.get(0)))

  await replicator.close()
  await Promise.all(cores.map((core) => core.close()))
}

function carry(stream, socket) {
  // Ends when a side closes its stream; the error of that is expected.
  pipeline(stream, createWebSocketStream(socket), stream, () => {})
}

/** The other program: this file again, in a process of its own. */
async function run(...args) {
  const [code] = await once(fork(fileURLToPath(import.meta.url), args), 'exit')
  if (code !== 0) process.exitCode = 1
}
