// The DHT that the hosts find each other by, in a process of its own.
import createTestnet from 'hyperdht/testnet.js'
import { answer } from '../../processes/orders.mjs'

/** Fewer than 10 find nobody. */
const NODES = 10

/** @type {Awaited<ReturnType<typeof createTestnet>> | undefined} */
let testnet

await answer({
  async open({ address }) {
    testnet = await createTestnet(NODES, { host: address })
    return testnet.bootstrap
  },
  async leave() {
    await testnet?.destroy()
  }
})
