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

if (process.argv[2] === 'reader') await reader(process.argv.slice(3))
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

  const ids = cores.map((core) => String(core.id))
  await run('reader', String(server.address().port), ...ids)

  await replicator.close()
  server.close()
  await Promise.all(cores.map((core) => core.close()))
}

/** @param {string[]} args */
async function reader([port, ...ids]) {
  const cores = ids.map((id, i) => new Hypercore(join(directory, String(i)), id))
  const replicator = Replicator.of(cores, { policy: downloadOnly() })
  carry(replicator.replicate(true), new WebSocket(`ws://127.0.0.1:${port}`))

  for (const core of cores) console.log('the reader gets:', String(await core.get(0)))

  await replicator.close()
  await Promise.all(cores.map((core) => core.close()))
}

/**
 * @param {import('@manycore/replicator').ReplicationStream} stream
 * @param {WebSocket} socket
 */
function carry(stream, socket) {
  // Ends when a side closes its stream; the error of that is expected.
  pipeline(stream, createWebSocketStream(socket), stream, () => {})
}

/**
 * The other program: this file again, in a process of its own.
 * @param {string[]} args
 */
async function run(...args) {
  const [code] = await once(fork(fileURLToPath(import.meta.url), args), 'exit')
  if (code !== 0) process.exitCode = 1
}
