// Five hosts with a policy each, on a network that is slow, loses packets and falls apart: test/mesh/.
// --loopback: without namespaces, even where they can be made.
import { judges } from '../../test/mesh/judges.mjs'
import { openNetwork } from '../../test/mesh/network/open.mjs'
import { play } from '../../test/mesh/scenario.mjs'
import { report } from '../process/report.mjs'

const best = await openNetwork({ isLoopback: process.argv.includes('--loopback') })
await run(best)
// What other machines run must work here too.
if (!best.isLoopback) await run(await openNetwork({ isLoopback: true }))

/** @param {import('../../test/mesh/network/open.mjs').Network} network */
async function run(network) {
  console.log(`# mesh: ${network.mode}; ${network.means}`)
  const start = performance.now()
  const seen = await play(network)
  console.log(`# mesh: ${((performance.now() - start) / 1000).toFixed(1)} s`)

  const where = network.isLoopback ? 'mesh on loopback' : 'mesh in namespaces'
  await report(
    Object.fromEntries(
      Object.entries(judges).map(([promise, judge]) => [`${where}: ${promise}`, () => judge(seen, network)])
    )
  )
}
