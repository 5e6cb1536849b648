import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Member } from '../processes/member.mjs'
import { CORES, DEATH, NAMES, firstLength, holders, marker, writerOf } from './plan.mjs'

/** @typedef {import('./network/open.mjs').Network} Network */

/** @typedef {import('./members/host.mjs').Move} Move */

/**
 * What a host says of itself before it leaves.
 * @typedef {object} Report
 * @property {{ up: Move[], down: Move[] }} moved
 * @property {number} connections
 * @property {ReturnType<ReturnType<typeof import('./members/swarm.mjs').openSwarm>['weatherSeen']>} weather
 */

/**
 * What was seen, for others to judge. `stored` and `disks`: core → the indexes of the blocks on disk.
 * @typedef {object} Seen
 * @property {NodeJS.Signals | null} killedBy
 * @property {Record<string, number[]>} stored  by cleo, when she died
 * @property {Report} before                    of ann, when cleo came back
 * @property {Record<string, number>} whileCut  lengths that ben had
 * @property {Record<string, Report>} reports
 * @property {Record<string, Record<string, number[]>>} disks
 * @property {Record<string, Set<string>>} traces  host → cores whose bytes lie in its files
 * @property {Record<string, number>} length       of each core in the end
 * @property {number[]} pids
 * @property {string} dir
 */

/** @typedef {(file: string, host: string | null) => Member} Begin  starts a process */

/** @typedef {(act: string) => void} OnAct  told what is being waited for */

/** For what hangs: longer than any run takes, even on a slow machine that does other things as well. */
const LIMIT_MS = 600_000

/** Blocks that a writer adds when somebody must get them. */
const MORE = 20

/**
 * The processes of the hosts, by name.
 * @extends {Map<string, Member>}
 */
class Hosts extends Map {
  /**
   * @param {string} name
   * @returns {Member}
   */
  at(name) {
    const member = this.get(name)
    if (member === undefined) throw new Error(`there is no ${name}`)
    return member
  }
}

/**
 * Five hosts meet; cleo is killed and comes back; ben is cut off and comes back; every core grows once more.
 * @param {Network} network  as of openNetwork(); closed here
 * @returns {Promise<Seen>}
 */
export async function play(network) {
  const dir = await mkdtemp(join(tmpdir(), 'manycore-mesh-'))
  /** @type {Set<Member>} */
  const members = new Set()
  let act = 'nothing'
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  /** @type {Promise<never>} */
  const tooLate = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`after ${LIMIT_MS / 1000} s: ${act}`)), LIMIT_MS)
  })
  /** @type {OnAct} */
  const onact = (name) => (act = name)
  /** @type {number[]} */
  const pids = []
  /** @type {Begin} */
  const begin = (file, host) => {
    const member = new Member(new URL(`members/${file}`, import.meta.url), { command: network.command(host) })
    members.add(member)
    if (member.pid !== undefined) pids.push(member.pid)
    return member
  }

  try {
    return { ...(await Promise.race([acts(network, dir, begin, onact), tooLate])), pids, dir }
  } finally {
    clearTimeout(timer)
    await Promise.all([...members].map((member) => member.kill()))
    await network.close()
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * @param {Network} network
 * @param {string} dir
 * @param {Begin} begin
 * @param {OnAct} onact
 * @returns {Promise<Omit<Seen, 'pids' | 'dir'>>}
 */
async function acts(network, dir, begin, onact) {
  const length = Object.fromEntries(CORES.map((id) => [id, firstLength(id)]))
  onact('the DHT and the stores open')
  const dht = begin('dht.mjs', null)
  const bootstrap = await dht.call('open', { address: network.address(null) })
  /** @param {string} host */
  const place = (host) => ({ bootstrap, address: network.address(host), weather: network.wireWeather })
  const hosts = new Hosts(NAMES.map((host) => [host, begin('host.mjs', host)]))
  /**
   * @param {string} host
   * @param {object} [more]
   */
  const open = (host, more) => hosts.at(host).call('open', { host, dir: join(dir, host), ...more })
  const disk = begin('disk.mjs', null)

  const opened = await Promise.all(NAMES.map((host) => open(host, host === 'cleo' ? { deathAt: DEATH } : {})))
  const keys = Object.assign({}, ...opened)

  onact('all but cleo meet')
  /** @param {string} host */
  const meet = (host) => hosts.at(host).call('join', { keys, ...place(host) })
  await Promise.all(NAMES.filter((host) => host !== 'cleo').map(meet))
  onact('cleo dies with requests on their way')
  const joined = meet('cleo').catch((err) => {
    if (!err.message.includes('ended with SIGKILL')) throw err
  })
  const [killedBy] = await Promise.all([hosts.at('cleo').exit, joined])
  onact('her disk is read')
  const stored = await disk.call('read', { dir: join(dir, 'cleo'), keys })
  onact('cleo comes back')
  const before = await hosts.at('ann').call('report')
  hosts.set('cleo', begin('host.mjs', 'cleo'))
  await open('cleo')
  await meet('cleo')
  onact('everybody meets everybody')
  await Promise.all(NAMES.map((host) => hosts.at(host).told('peer', NAMES.length - 1)))
  onact('everybody gets what is theirs')
  await everybodyHas(hosts, length, onact)

  onact('ben is cut off while ann writes on')
  await network.cut('ben', true, hosts.at('ben'))
  for (const core of ['ann/open', 'ann/team'])
    length[core] = await hosts.at('ann').call('append', { core, blocks: MORE })
  await everybodyHas(hosts, length, onact, (host) => host !== 'ben')
  const whileCut = await hosts.at('ben').call('lengths')
  onact('ben is back')
  await network.cut('ben', false, hosts.at('ben'))
  await everybodyHas(hosts, length, onact)

  onact('every core grows')
  // Every stream has now carried something that is later than all that was asked for before.
  for (const core of CORES) length[core] = await hosts.at(writerOf(core)).call('append', { core, blocks: 1 })
  await everybodyHas(hosts, length, onact)

  onact('everybody leaves')
  const reports = await inTurn(NAMES, (host) => hosts.at(host).call('report'))
  await Promise.all([...NAMES.map((host) => hosts.at(host).call('leave')), dht.call('leave')])
  const disks = await inTurn(NAMES, (host) => disk.call('read', { dir: join(dir, host), keys }))
  const traces = await inTurn(NAMES, (host) => findMarkers(join(dir, host)))
  return { killedBy, stored, before, whileCut, reports, disks, traces, length }
}

/**
 * Waits until every host that a core may reach has all of it. @param onact  told who waits for what, when nobody does any more too
 * @param {Hosts} hosts
 * @param {Record<string, number>} length
 * @param {OnAct} onact
 * @param {(host: string) => boolean} [counts]
 */
async function everybodyHas(hosts, length, onact, counts = () => true) {
  const waiting = new Set(
    CORES.flatMap((core) => [...holders(core)].filter(counts).map((host) => ({ host, core })))
  )
  await Promise.all(
    Array.from(waiting, async (each) => {
      await hosts.at(each.host).call('have', { core: each.core, length: length[each.core] })
      waiting.delete(each)
      onact(Array.from(waiting, ({ host, core }) => `${host} waits for ${core}`).join(', '))
    })
  )
}

/**
 * @template T
 * @param {string[]} names
 * @param {(name: string) => Promise<T>} work
 * @returns {Promise<Record<string, T>>}
 */
async function inTurn(names, work) {
  /** @type {Record<string, T>} */
  const results = {}
  for (const name of names) results[name] = await work(name)
  return results
}

/**
 * The cores of which the bytes of a block lie in any file of a directory.
 * @param {string} dir
 */
async function findMarkers(dir) {
  /** @type {Set<string>} */
  const found = new Set()
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = await readFile(join(entry.parentPath, entry.name))
    for (const core of CORES) if (bytes.includes(marker(core))) found.add(core)
  }
  return found
}
