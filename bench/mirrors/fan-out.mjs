// A host and many peers mirror the same cores, and one of them is appended to: how many cores does that open, where, and what is left
// in memory? The host is a process of its own; the peers share some. One in ten has only half of the cores.
// node bench/mirrors/fan-out.mjs --cores 10000 --peers 100 --rounds 5 --storages RocksDB,random-access-file
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { End, alone } from './ends.mjs'

const PEERS_PER_PROCESS = 25
/** One peer of so many has half of the cores. */
const HALF_EACH = 10

const { values } = parseArgs({
  options: {
    cores: { type: 'string', default: '10000' },
    peers: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '5' },
    storages: { type: 'string', default: 'RocksDB,random-access-file' }
  }
})
const [cores, peers] = [Number(values.cores), Number(values.peers)]
const half = Math.ceil(cores / 2)

console.log(
  `| storage | round | ms until all are level | cores opened at the host | at each of ${peers} peers | peers that opened it, of those that have it | host: in use, resident, MB | peers, each |`
)
console.log('| -- | -- | -- | -- | -- | -- | -- | -- |')
for (const storage of values.storages.split(',')) {
  const base = await mkdtemp(join(tmpdir(), 'manycore-fan-out-'))
  /** @type {End[]} */
  const ends = []
  try {
    await play(storage, base, ends)
  } finally {
    await Promise.all(ends.map((end) => end.exit()))
    await rm(base, { recursive: true, force: true })
  }
}

/**
 * @param {string} storage
 * @param {string} base
 * @param {End[]} ends  gets the processes that are started
 */
async function play(storage, base, ends) {
  const origin = join(base, 'host')
  await alone(storage, origin, 'fill', 0, half)
  await cp(origin, join(base, 'half'), { recursive: true })
  await alone(storage, origin, 'fill', half, cores)
  /** @type {string[]} */
  const directories = []
  for (let i = 0; i < peers; i++) {
    const directory = join(base, `peer ${i}`)
    await cp(i % HALF_EACH === 1 ? join(base, 'half') : origin, directory, { recursive: true })
    directories.push(directory)
  }

  const host = new End('member.mjs', storage)
  ends.push(host)
  const { port } = await host.ask('host', origin)
  for (let i = 0; i < peers; i += PEERS_PER_PROCESS) {
    const some = new End('member.mjs', storage)
    ends.push(some)
    await some.ask('join', port, directories.slice(i, i + PEERS_PER_PROCESS))
  }
  await host.ask('level')
  const members = ends.slice(1)
  for (const end of ends) await end.ask('counted')

  const having = peers - directories.filter((_, i) => i % HALF_EACH === 1).length
  for (let round = 1; round <= Number(values.rounds); round++) {
    const { ms = 0 } = await host.ask('append', cores - round) // of the second half
    const there = await Promise.all(members.map((end) => end.ask('holding', cores - round)))
    const [at, ...others] = await Promise.all(ends.map((end) => end.ask('counted')))
    if (sum(there, 'holding') !== having)
      throw new Error(`${sum(there, 'holding')} peers have the block, not ${having}`)
    const cells = [
      storage,
      round,
      ms.toFixed(0),
      at?.['opened'],
      Math.max(...others.map(({ most = 0 }) => most))
    ]
    cells.push(
      `${sum(others, 'stores')} of ${having}`,
      `${at?.['liveMb']?.toFixed(1)}, ${at?.['residentMb']?.toFixed(0)}`
    )
    cells.push(
      `${(sum(others, 'liveMb') / peers).toFixed(2)}, ${(sum(others, 'residentMb') / peers).toFixed(1)}`
    )
    console.log(`| ${cells.join(' | ')} |`)
  }
}

/** @param {readonly import('./ends.mjs').Figures[]} figures @param {string} name */
function sum(figures, name) {
  return figures.reduce((all, each) => all + (each[name] ?? Number.NaN), 0)
}
