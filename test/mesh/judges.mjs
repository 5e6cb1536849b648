import { existsSync } from 'node:fs'
import { CORES, DEATH, NAMES, WEATHER, firstLength, holders, mayPass } from './plan.mjs'

/** @typedef {import('./scenario.mjs').Seen} Seen */

/** @typedef {import('./network/open.mjs').Network} Network */

/** @typedef {(seen: Seen, network: Network) => string[] | Promise<string[]>} Judge */

/**
 * Promise → function that returns what was not kept.
 * @type {Record<string, Judge>}
 */
export const judges = {
  'every host ends with exactly what the policies let it have': (seen) =>
    everyPair((host, core) => {
      const wanted = holders(core).has(host) ? seen.length[core] : 0
      const got = seen.disks[host]?.[core]?.length
      return got === wanted ? null : `${host} has ${got} blocks of ${core}, not ${wanted}`
    }),

  'no byte of a block that is denied to a host is in its files': (seen) =>
    everyPair((host, core) => {
      const isThere = seen.traces[host]?.has(core)
      if (isThere === holders(core).has(host)) return null
      return `${core} is ${isThere ? '' : 'not '}in the files of ${host}`
    }),

  'blocks go only from and to whom both policies allow': (seen) => {
    const moves = NAMES.flatMap((host) => {
      const { up, down } = reportOf(seen, host).moved
      return [
        ...up.map(([core, , peer = 'nobody known']) => ({ core, from: host, to: peer })),
        ...down.map(([core, , peer = 'nobody known']) => ({ core, from: peer, to: host }))
      ]
    })
    const wrong = moves.filter(({ core, from, to }) => !mayPass(core, from, to))
    return [...new Set(wrong.map(({ core, from, to }) => `${core} went from ${from} to ${to}`))]
  },

  'a host killed mid-transfer fetches no block again that it had stored': (seen) => {
    const stored = seen.stored[DEATH.core]?.length ?? 0
    const total = firstLength(DEATH.core)
    const again = fetchedAgain(seen)
    console.log(`# mesh: killed with ${stored} of ${total} blocks stored, ${again.length} fetched again`)
    return [
      seen.killedBy === 'SIGKILL' ? null : `ended by ${seen.killedBy}`,
      stored >= DEATH.blocks && stored < total ? null : `${stored} of ${total} blocks were stored`,
      again.length === 0 ? null : `fetched again: ${again.join(', ')}`
    ].flatMap((each) => each ?? [])
  },

  'a host that is cut off gets nothing, and all it missed once it is back': (seen) =>
    ['ann/open', 'ann/team'].flatMap((core) => {
      const had = seen.whileCut[core]
      return had === firstLength(core) ? [] : [`ben had ${had} blocks of ${core} while cut off`]
    }),

  'what is sent comes late, and some of it gets lost': (seen, { wireWeather }) => {
    const udx = NAMES.flatMap((host) => reportOf(seen, host).weather.udx)
    const wires = NAMES.flatMap((host) => reportOf(seen, host).weather.wires).filter(
      ({ chunks }) => chunks > 0
    )
    const lost = sum(wireWeather?.loss ? wires.map((wire) => wire.lost) : udx.map((each) => each.retransmits))
    const delayMs = wireWeather
      ? Math.min(...wires.map((wire) => wire.leastMs))
      : Math.min(...udx.map(({ rtt }) => rtt).filter((rtt) => rtt > 0)) / 2
    console.log(`# mesh: at least ${delayMs.toFixed(1)} ms each way, ${lost} sent again`)
    return [
      // A timer's millisecond may be cut short.
      delayMs >= WEATHER.delayMs - 1 ? null : `something came after ${delayMs} ms already`,
      lost > 0 ? null : 'nothing got lost'
    ].flatMap((each) => each ?? [])
  },

  'no process, file or namespace is left': async (seen, network) => [
    ...(await network.left()),
    ...seen.pids.filter(isAlive).map((pid) => `process ${pid} is alive`),
    ...(existsSync(seen.dir) ? [`${seen.dir} exists`] : [])
  ]
}

/** @param {(host: string, core: string) => string | null} judge */
function everyPair(judge) {
  return NAMES.flatMap((host) => CORES.flatMap((core) => judge(host, core) ?? []))
}

/**
 * Blocks that cleo had on disk when she died, and that she took, or was sent by ann, in her second life.
 * @param {Seen} seen
 */
function fetchedAgain(seen) {
  const { stored, before } = seen
  const had = new Set(CORES.flatMap((core) => (stored[core] ?? []).map((index) => `${core} ${index}`)))
  // Not what ann still answered on the connection of the process that was killed.
  const sent = reportOf(seen, 'ann').moved.up.filter(
    ([, , peer, connection = 0]) => peer === 'cleo' && connection > before.connections
  )
  const moved = [...reportOf(seen, 'cleo').moved.down, ...sent].map(([core, index]) => `${core} ${index}`)
  return moved.filter((each) => had.has(each))
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, each) => total + each, 0)
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/**
 * @param {Seen} seen
 * @param {string} host
 */
function reportOf({ reports }, host) {
  const report = reports[host]
  if (report === undefined) throw new Error(`${host} reported nothing`)
  return report
}
