// Two programs with plain Hypercores, three cores, one TCP connection, and a policy: the diary is for one friend.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { fileURLToPath } from 'node:url'
import SecretStream from '@hyperswarm/secret-stream'
import { Replicator } from '@manycore/replicator'
import Hypercore from 'hypercore'

const NAMES = ['notes', 'photos', 'diary']
const directory = await mkdtemp(join(tmpdir(), 'example-'))

if (process.argv[2] === 'reader') await reader(process.argv.slice(3))
else await writer()
await rm(directory, { recursive: true })

async function writer() {
  const cores = NAMES.map((name) => new Hypercore(join(directory, name)))
  for (const [i, core] of cores.entries()) await core.append(`the first of my ${NAMES[i]}`)

  const friend = keyPairOf('friend').publicKey // how it got to us is another story
  const diary = cores[2]?.discoveryKey ?? null
  /** @type {import('@manycore/replicator').ReplicationPolicy} */
  const policy = {
    access: (core, peer) => !isSame(core.discoveryKey, diary) || isSame(friend, peer.remotePublicKey)
  }
  const replicator = Replicator.of(cores, { policy })
  const server = createServer((socket) => carry(replicator.replicate(false), socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')

  const ids = cores.map((core) => String(core.id))
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  for (const who of ['friend', 'stranger']) await run('reader', who, String(port), ...ids)

  server.close()
  await replicator.close()
  await Promise.all(cores.map((core) => core.close()))
}

/** @param {string[]} args */
async function reader([who = '', port = '', ...ids]) {
  const cores = ids.map((id, i) => new Hypercore(join(directory, String(i)), id))
  const replicator = Replicator.of(cores)
  const keyPair = keyPairOf(who)
  carry(replicator.replicate(true, { keyPair }), connect(Number(port), '127.0.0.1'))

  for (const core of cores.slice(0, 2)) console.log(`the ${who} gets:`, String(await core.get(0)))
  const last = await cores[2]?.get(0, { timeout: 500 }).catch((err) => err.code)
  console.log(`the ${who}, of the diary:`, String(last))
  assert.equal(last === 'REQUEST_TIMEOUT', who === 'stranger')

  await replicator.close()
  await Promise.all(cores.map((core) => core.close()))
}

/**
 * @param {import('@manycore/replicator').ReplicationStream} stream
 * @param {import('node:net').Socket} socket
 */
function carry(stream, socket) {
  // Ends when a side closes its stream; the error of that is expected.
  pipeline(stream, socket, stream, () => {})
}

/**
 * A TCP connection cannot say who is at the other end: the Noise key pair does.
 * @param {string} who
 */
function keyPairOf(who) {
  return SecretStream.keyPair(createHash('sha256').update(`example ${who}`).digest())
}

/**
 * The other program: this file again, in a process of its own.
 * @param {string[]} args
 */
async function run(...args) {
  const [code] = await once(fork(fileURLToPath(import.meta.url), args), 'exit')
  if (code !== 0) process.exitCode = 1
}

/**
 * @param {Uint8Array} key
 * @param {Uint8Array | null} other
 */
function isSame(key, other) {
  return other !== null && Buffer.compare(key, other) === 0
}
