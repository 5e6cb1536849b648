// Five hosts with a policy each, on a network that is slow, loses packets and falls apart: test/mesh/.
// --loopback: without namespaces, also where they can be made.
import { existsSync } from 'node:fs'
import { openNetwork } from '../test/mesh/network.mjs'
import { CORES, DEATH, NAMES, WEATHER, firstLength, holders, mayPass } from '../test/mesh/plan.mjs'
import { play } from '../test/mesh/scenario.mjs'
import { report } from './report.mjs'

const network = await openNetwork({ isLoopback: process.argv.includes('--loopback') })
console.log(`# mesh: ${network.mode}; ${network.means}`)
const start = performance.now()
const seen = await play(network)
console.log(`# mesh: ${((performance.now() - start) / 1000).toFixed(1)} s`)

await report({
  'mesh: every host ends with exactly what the policies let it have': () =>
    everyPair((host, core) => {
      const wanted = holders(core).has(host) ? seen.length[core] : 0
      const got = seen.disks[host][core].length
      return got === wanted ? null : `${host} has ${got} blocks of ${core}, not ${wanted}`
    }),
  'mesh: no byte of a block that is denied to a host is in its files': () =>
    everyPair((host, core) => {
      const wanted = holders(core).has(host)
      const isThere = seen.traces[host].has(core)
      return isThere === wanted ? null : `${core} is ${isThere ? '' : 'not '}in the files of ${host}`
    }),
  'mesh: blocks go only from and to whom both policies allow': () =>
    NAMES.flatMap((host) => {
      const { up, down } = seen.reports[host].moved
      const wrong = [
        ...up.map(([core, , peer]) => [core, host, peer]),
        ...down.map(([core, , peer]) => [core, peer, host])
      ].filter(([core, from, to]) => !mayPass(core, from, to))
      return [...new Set(wrong.map(([core, from, to]) => `${core} went from ${from} to ${to}`))]
    }),
  'mesh: a host killed mid-transfer fetches no block again that it had stored': () => {
    const stored = seen.stored[DEATH.core]
    const again = fetchedAgain()
    const total = firstLength(DEATH.core)
    console.log(
      `# mesh: cleo died with ${stored.length} of ${total} blocks stored, ${again.length} fetched again`
    )
    return [
      seen.killedBy === 'SIGKILL' ? null : `cleo was ended by ${seen.killedBy}`,
      stored.length >= DEATH.blocks && stored.length < total ? null : `${stored.length} blocks were stored`,
      again.length === 0 ? null : `fetched again: ${again.join(', ')}`
    ].filter(Boolean)
  },
  'mesh: a host that is cut off gets nothing, and all it missed once it is back': () =>
    ['ann/open', 'ann/team'].flatMap((core) => {
      const had = seen.whileCut[core]
      return had === firstLength(core) ? [] : [`ben had ${had} blocks of ${core} while cut off`]
    }),
  'mesh: packets came late and got lost': () => {
    const udx = NAMES.flatMap((host) => seen.reports[host].weather.udx)
    const wires = NAMES.flatMap((host) => seen.reports[host].weather.wires).filter(({ chunks }) => chunks > 0)
    return judgeWeather(network.wireWeather, udx, wires)
  },
  'mesh: no process, file or namespace is left': async () => [
    ...(await network.left()),
    ...seen.pids.filter(isAlive).map((pid) => `process ${pid} is alive`),
    ...(existsSync(seen.dir) ? [`${seen.dir} exists`] : [])
  ]
})

/** The delay and the loss, of the network's own packets or of the wires, whichever made them. */
function judgeWeather(wireWeather, udx, wires) {
  const lost = sum(wireWeather?.loss ? wires.map((wire) => wire.lost) : udx.map((each) => each.retransmits))
  const delayMs = wireWeather
    ? Math.min(...wires.map((wire) => wire.leastMs))
    : Math.min(...udx.map(({ rtt }) => rtt).filter((rtt) => rtt > 0)) / 2
  const count = wireWeather ? `, ${sum(wires.map((wire) => wire.chunks))} chunks` : ''
  console.log(`# mesh: at least ${delayMs.toFixed(1)} ms each way, ${lost} sent again${count}`)
  return [
    // A timer's millisecond may be cut short.
    delayMs >= WEATHER.delayMs - 1 ? null : `something came after ${delayMs} ms already`,
    lost > 0 ? null : 'nothing got lost'
  ].filter(Boolean)
}

function sum(numbers) {
  return numbers.reduce((total, each) => total + each, 0)
}

function everyPair(judge) {
  return NAMES.flatMap((host) => CORES.map((core) => judge(host, core))).filter(Boolean)
}

/** Blocks that cleo had on disk when she died, and that somebody sent her, or she took, in her second life. */
function fetchedAgain() {
  const had = new Set(CORES.flatMap((core) => seen.stored[core].map((index) => `${core} ${index}`)))
  const moved = [
    ...seen.reports.cleo.moved.down,
    ...seen.reports.ann.moved.up.slice(seen.before.moved.up.length).filter(([, , peer]) => peer === 'cleo')
  ]
  return moved.map(([core, index]) => `${core} ${index}`).filter((each) => had.has(each))
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
