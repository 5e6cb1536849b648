// The same over Hyperswarm, where the policy knows who is there: connections carry the peer's public key. The DHT is
// one of this program's own; leave `bootstrap` out for the public one.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Replicator } from '@manycore/replicator'
import Hypercore from 'hypercore'
import HyperDHT from 'hyperdht'
import createTestnet from 'hyperdht/testnet.js'
import Hyperswarm from 'hyperswarm'

const NAMES = ['notes', 'photos', 'diary']
const TOPIC = createHash('sha256').update('an example of manycore').digest()
const directory = await mkdtemp(join(tmpdir(), 'example-'))

if (process.argv[2] === 'reader') await reader(process.argv.slice(3))
else await writer()
await rm(directory, { recursive: true })

async function writer() {
  const cores = NAMES.map((name) => new Hypercore(join(directory, name)))
  for (const [i, core] of cores.entries()) await core.append(`the first of my ${NAMES[i]}`)

  const friend = HyperDHT.keyPair(seedOf('friend')).publicKey // how it got to us is another story
  const diary = cores[2]?.discoveryKey ?? null
  /** @type {import('@manycore/replicator').ReplicationPolicy} */
  const policy = {
    access: (core, peer) => !isSame(core.discoveryKey, diary) || isSame(friend, peer.remotePublicKey)
  }
  const replicator = Replicator.of(cores, { policy })
  const testnet = await createTestnet(10)
  const swarm = await meet(replicator, testnet.bootstrap)

  const [{ port } = { port: 0 }] = testnet.bootstrap
  const ids = cores.map((core) => String(core.id))
  for (const who of ['friend', 'stranger']) await run('reader', who, String(port), ...ids)

  await swarm.destroy()
  await testnet.destroy()
  await replicator.close()
  await Promise.all(cores.map((core) => core.close()))
}

/** @param {string[]} args */
async function reader([who = '', port = '', ...ids]) {
  const cores = ids.map((id, i) => new Hypercore(join(directory, String(i)), id))
  const replicator = Replicator.of(cores)
  const swarm = await meet(replicator, [{ host: '127.0.0.1', port: Number(port) }], seedOf(who))

  for (const core of cores.slice(0, 2)) console.log(`the ${who} gets:`, String(await core.get(0)))
  const last = await cores[2]?.get(0, { timeout: 500 }).catch((err) => err.code)
  console.log(`the ${who}, of the diary:`, String(last))
  assert.equal(last === 'REQUEST_TIMEOUT', who === 'stranger')

  await swarm.destroy()
  await replicator.close()
  await Promise.all(cores.map((core) => core.close()))
}

/**
 * @param {Replicator} replicator
 * @param {{ host: string, port: number }[]} bootstrap
 * @param {Uint8Array} [seed]
 */
async function meet(replicator, bootstrap, seed) {
  const dht = new HyperDHT({ bootstrap, host: '127.0.0.1' })
  const swarm = new Hyperswarm({ dht, keyPair: HyperDHT.keyPair(seed) })
  swarm.on('connection', (connection) => {
    connection.on('error', () => {}) // a peer that leaves resets its connection
    replicator.replicate(connection)
  })
  await swarm.join(TOPIC).flushed()
  return swarm
}

/** @param {string} who */
function seedOf(who) {
  return createHash('sha256').update(`example ${who}`).digest()
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
