// A hostile peer, or many: it knows the key of one core, and speaks Noise and Protomux as it likes.
import { setTimeout as sleep } from 'node:timers/promises'
import crypto from 'hypercore-crypto'
import { answer } from '../../processes/orders.mjs'
import { attackOf } from '../attacks/index.mjs'
import { HostilePeer } from '../wire/hostile-peer.mjs'
import { hello } from '../wire/mirror.mjs'
import { UdxEnd, dialTcp, noise } from '../wire/transports.mjs'
import { now } from './clock.mjs'

/** @type {HostilePeer[]} */
let peers = []
/** @type {import('../attacks/attack.mjs').Run} */
let run
/** @type {UdxEnd} */
let udx

await answer({
  /** @returns {Promise<number>} our port for UDX */
  async udx() {
    udx = new UdxEnd()
    return udx.port
  },

  /** Connects, opens the channels, and makes what it will send. */
  async prepare({ name, key: hex, stored, port }) {
    const attack = attackOf(name)
    const key = Buffer.from(hex, 'hex')
    const { streams = 1 } = attack
    const dial = async () => {
      const raw = attack.transport === 'udx' ? udx.stream(peers.length + 1, port) : await dialTcp(port)
      const peer = new HostilePeer(attack.begins === 'raw' ? raw : noise(true, raw), raw)
      peers.push(peer)
      if (attack.begins === undefined) await peer.open(key)
      else if (attack.begins === 'mirror') await peer.openMirrors(hello([1]))
      else if (attack.begins === 'unopened') await peer.stream.opened
      return peer
    }
    while (peers.length < streams) await dial()
    run = attack.prepare({
      key,
      discoveryKey: crypto.discoveryKey(key),
      channel: peers[0]?.channel ?? 0,
      stored: stored.map((/** @type {string} */ each) => Buffer.from(each, 'hex')),
      dial
    })
  },

  /** Attacks for so long, or until all its streams are closed. */
  async attack({ ms }) {
    const start = now()
    const signal = AbortSignal.timeout(ms)
    const running = peers.map((peer) => run(peer, signal).catch(() => {}))
    await Promise.race([
      sleep(ms),
      Promise.all(peers.map(({ closed }) => closed)).then(() => Promise.all(running))
    ])
    const open = peers.filter(({ isClosed }) => !isClosed).length
    return { start, end: now(), open }
  },

  async leave() {
    for (const peer of peers) peer.destroy()
  }
})
