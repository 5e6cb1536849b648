import SecretStream from '@hyperswarm/secret-stream'
import HyperDHT from 'hyperdht'
import Hyperswarm from 'hyperswarm'
import { SlowWire } from '../network/slow-wire.mjs'

/** @typedef {import('../network/slow-wire.mjs').Weather} Weather */

/** @typedef {import('streamx').Duplex & { rtt: number, retransmits: number }} Raw  of UDX; rtt: ms */

/** ms until a lost peer is called again; upstream's are 1 s to 10 min, for the open internet. */
const BACKOFFS = [200, 500, 1000, 2000]

/**
 * A swarm whose connections go through slow wires, where the network itself cannot be made bad.
 * @param {object} opts
 * @param {{ host: string, port: number }[]} opts.bootstrap  of the DHT that this run made
 * @param {string} opts.address  of this host
 * @param {Weather | null} opts.weather  that the wire has to make; null = none
 * @param {import('@manycore/hypercore-types').KeyPair} opts.keyPair
 */
export function openSwarm({ bootstrap, address, weather, keyPair }) {
  /** @type {Set<SlowWire>} */
  const wires = new Set()
  /** @type {import('../network/slow-wire.mjs').Seen[]} */
  const seen = []
  /** @type {Set<Raw>} */
  const raws = new Set()
  let isCut = false

  class Stream extends SecretStream {
    /**
     * @override
     * @param {Raw | null} raw
     * @param {object} [opts]
     */
    start(raw, opts) {
      if (!raw) return super.start(raw, opts)
      raws.add(raw)
      if (weather === null) return super.start(raw, opts)
      const wire = new SlowWire(raw, weather)
      wires.add(wire)
      seen.push(wire.seen)
      wire.once('close', () => wires.delete(wire))
      wire.cut(isCut)
      return super.start(wire, opts)
    }
  }

  class SlowDHT extends HyperDHT {
    /**
     * @override
     * @param {Uint8Array} key
     * @param {object} [opts]
     */
    connect(key, opts) {
      return super.connect(key, { ...opts, createSecretStream })
    }

    /**
     * @override
     * @param {object} [opts]
     * @param {(connection: import('@manycore/hypercore-types').ProtocolStream) => void} [onconnection]
     */
    createServer(opts, onconnection) {
      return super.createServer({ ...opts, createSecretStream }, onconnection)
    }
  }

  /** @type {(isInitiator: boolean, raw: object | null, opts: object) => Stream} */
  const createSecretStream = (isInitiator, raw, opts) => new Stream(isInitiator, raw, opts)
  const dht = new SlowDHT({ bootstrap, host: address })
  const swarm = new Hyperswarm({ dht, keyPair, backoffs: BACKOFFS, jitter: 50 })

  return {
    swarm,
    /** @param {boolean} value */
    cut(value) {
      isCut = value
      for (const wire of wires) wire.cut(value)
    },
    /** of every connection: what UDX measured (round trip in ms, packets sent again), and what the wire did */
    weatherSeen() {
      return { udx: Array.from(raws, ({ rtt, retransmits }) => ({ rtt, retransmits })), wires: seen }
    }
  }
}
