import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Member } from './members/member.mjs'
import { CORES, DEATH, NAMES, firstLength, holders, marker, writerOf } from './plan.mjs'

/** For what hangs: longer than any run takes, even on a slow machine that does other things as well. */
const LIMIT_MS = 600_000

/** Blocks that a writer adds when somebody must get them. */
const MORE = 20

/**
 * Five hosts meet; cleo is killed and comes back; ben is cut off and comes back; every core grows once more.
 * @param network  as of openNetwork(); closed here
 * @returns        what was seen, for others to judge
 */
export async function play(network) {
  const dir = await mkdtemp(join(tmpdir(), 'manycore-mesh-'))
  const members = new Set()
  let act = 'nothing'
  let timer
  const tooLate = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`after ${LIMIT_MS / 1000} s: ${act}`)), LIMIT_MS)
  })
  const onact = (name) => (act = name)
  const pids = []
  const begin = (file, host) => {
    const member = new Member(file, network.command(host))
    members.add(member)
    pids.push(member.pid)
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

async function acts(network, dir, begin, onact) {
  const length = Object.fromEntries(CORES.map((id) => [id, firstLength(id)]))
  onact('the DHT and the stores open')
  const dht = begin('dht.mjs', null)
  const bootstrap = await dht.call('open', { address: network.address(null) })
  const place = (host) => ({ bootstrap, address: network.address(host), weather: network.wireWeather })
  const hosts = Object.fromEntries(NAMES.map((host) => [host, begin('host.mjs', host)]))
  const open = (host, more) => hosts[host].call('open', { host, dir: join(dir, host), ...more })
  const disk = begin('disk.mjs', null)

  const opened = await Promise.all(NAMES.map((host) => open(host, host === 'cleo' && { deathAt: DEATH })))
  const keys = Object.assign({}, ...opened)

  onact('all but cleo meet')
  const meet = (host) => hosts[host].call('join', { keys, ...place(host) })
  await Promise.all(NAMES.filter((host) => host !== 'cleo').map(meet))
  onact('cleo dies with requests on their way')
  const joined = meet('cleo').catch((err) => {
    if (!err.message.includes('ended with SIGKILL')) throw err
  })
  const [killedBy] = await Promise.all([hosts.cleo.exit, joined])
  onact('her disk is read')
  const stored = await disk.call('read', { dir: join(dir, 'cleo'), keys })
  onact('cleo comes back')
  const before = await hosts.ann.call('report')
  hosts.cleo = begin('host.mjs', 'cleo')
  await open('cleo')
  await meet('cleo')
  onact('everybody meets everybody')
  await Promise.all(NAMES.map((host) => hosts[host].told('peer', NAMES.length - 1)))
  onact('everybody gets what is theirs')
  await everybodyHas(hosts, length, onact)

  onact('ben is cut off while ann writes on')
  await network.cut('ben', true, hosts.ben)
  for (const core of ['ann/open', 'ann/team'])
    length[core] = await hosts.ann.call('append', { core, blocks: MORE })
  await everybodyHas(hosts, length, onact, (host) => host !== 'ben')
  const whileCut = await hosts.ben.call('lengths')
  onact('ben is back')
  await network.cut('ben', false, hosts.ben)
  await everybodyHas(hosts, length, onact)

  onact('every core grows')
  // Every stream has now carried something that is later than all that was asked for before.
  for (const core of CORES) length[core] = await hosts[writerOf(core)].call('append', { core, blocks: 1 })
  await everybodyHas(hosts, length, onact)

  onact('everybody leaves')
  const reports = await inTurn(NAMES, (host) => hosts[host].call('report'))
  await Promise.all([...NAMES.map((host) => hosts[host].call('leave')), dht.call('leave')])
  const disks = await inTurn(NAMES, (host) => disk.call('read', { dir: join(dir, host), keys }))
  const traces = await inTurn(NAMES, (host) => findMarkers(join(dir, host)))
  return { killedBy, stored, before, whileCut, reports, disks, traces, length }
}

/** Waits until every host that a core may reach has all of it. @param onact  told who waits for what, when nobody does any more too */
async function everybodyHas(hosts, length, onact, counts = () => true) {
  const waiting = new Set(
    CORES.flatMap((core) => [...holders(core)].filter(counts).map((host) => ({ host, core })))
  )
  await Promise.all(
    Array.from(waiting, async (each) => {
      await hosts[each.host].call('have', { core: each.core, length: length[each.core] })
      waiting.delete(each)
      onact(Array.from(waiting, ({ host, core }) => `${host} waits for ${core}`).join(', '))
    })
  )
}

async function inTurn(names, work) {
  const results = {}
  for (const name of names) results[name] = await work(name)
  return results
}

/** The cores of which the bytes of a block lie in any file of a directory. */
async function findMarkers(dir) {
  const found = new Set()
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = await readFile(join(entry.parentPath, entry.name))
    for (const core of CORES) if (bytes.includes(marker(core))) found.add(core)
  }
  return found
}
