import SecretStream from '@hyperswarm/secret-stream'
import HyperDHT from 'hyperdht'
import Hyperswarm from 'hyperswarm'
import { SlowWire } from '../network/slow-wire.mjs'

/** ms until a lost peer is called again; upstream's are 1 s to 10 min, for the open internet. */
const BACKOFFS = [200, 500, 1000, 2000]

/**
 * A swarm whose connections go through slow wires, where the network itself cannot be made bad.
 * @param bootstrap  of the DHT that this run made
 * @param address    of this host
 * @param weather    { delayMs, loss } that the wire has to make; null = none
 * @returns          { swarm, cut, weatherSeen }
 */
export function openSwarm({ bootstrap, address, weather, keyPair }) {
  const wires = new Set()
  const seen = []
  const raws = new Set()
  let isCut = false

  class Stream extends SecretStream {
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
    connect(key, opts) {
      return super.connect(key, { ...opts, createSecretStream })
    }

    createServer(opts, onconnection) {
      return super.createServer({ ...opts, createSecretStream }, onconnection)
    }
  }

  const createSecretStream = (isInitiator, raw, opts) => new Stream(isInitiator, raw, opts)
  const dht = new SlowDHT({ bootstrap, host: address })
  const swarm = new Hyperswarm({ dht, keyPair, backoffs: BACKOFFS, jitter: 50 })

  return {
    swarm,
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
