// Two stores hold the same cores, some of which grew while they were apart: how long does it take from connect until both have
// all blocks, and what does it cost? Each end is a process of its own, over loopback TCP and Noise. In each run the stores first meet with
// nothing known of each other, and then again, once per number in --changed.
// node bench/mirrors/level.mjs --cores 10000 --changed 10,0,1000 --contenders RocksDB,random-access-file --runs 3
// --stock 3000:10,1000:1000 has npm's do the same: so many cores, all open on both sides before, of which so many have changed.
// --directory DIR keeps the stores there, and uses those that it finds; they do not meet for the first time then.
// --profile DIR writes a profile of the processor of each end to this folder.
import { cp, mkdtemp, mkdir, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { STOCK } from './contenders.mjs'
import { End, alone } from './ends.mjs'
import { HEAD, toRow } from './rows.mjs'

/** @typedef {import('./ends.mjs').Figures} Figures */

/** @typedef {{ contender: string, cores: number, changed: number, met: string }} Work  met: whether the stores have met before */

const { values } = parseArgs({
  options: {
    cores: { type: 'string', default: '10000' },
    changed: { type: 'string', default: '10,0,1000' },
    contenders: { type: 'string', default: 'RocksDB,random-access-file' },
    stock: { type: 'string', default: '' },
    runs: { type: 'string', default: '3' },
    directory: { type: 'string' },
    profile: { type: 'string' }
  }
})
const SIDES = ['near', 'far']
const base = values.directory ?? (await mkdtemp(join(tmpdir(), 'manycore-level-')))
const changes = values.changed.split(',').map(Number)
/** Work, and what each run of it gave. @type {Map<string, { work: Work, runs: Figures[] }>} */
const results = new Map()
let connections = 0

try {
  for (let run = 0; run < Number(values.runs); run++) {
    for (const stock of values.stock.split(',').filter(Boolean)) {
      const [cores = 0, changed = 0] = stock.split(':').map(Number)
      const place = await stores(STOCK, cores)
      await meet({ contender: STOCK, cores, changed, met: 'all open' }, place)
    }
    for (const contender of values.contenders.split(',').filter(Boolean)) {
      const cores = Number(values.cores)
      const place = await stores(contender, cores)
      if (place.areNew) await meet({ contender, cores, changed: changes[0] ?? 0, met: 'never' }, place)
      for (const changed of changes) await meet({ contender, cores, changed, met: 'before' }, place)
    }
  }
  console.log(HEAD)
  for (const { work, runs } of results.values()) console.log(toRow(work, runs))
} finally {
  if (values.directory === undefined) await rm(base, { recursive: true, force: true })
}

/**
 * Two stores with the same cores: the second is a copy of the first, with the same keys.
 * @param {string} contender
 * @param {number} cores
 */
async function stores(contender, cores) {
  const place = join(base, `${contender} ${cores}`)
  const origin = join(place, 'origin')
  if (!existsSync(origin)) {
    await mkdir(place, { recursive: true })
    const { fillMs = 0 } = await alone(contender, origin, 'fill', 0, cores)
    console.error(`${contender}: ${cores} cores were written in ${(fillMs / 1000).toFixed(1)} s`)
  }
  const areKept = values.directory !== undefined && SIDES.every((side) => existsSync(join(place, side)))
  for (const side of areKept ? [] : SIDES) {
    await rm(join(place, side), { recursive: true, force: true })
    await cp(origin, join(place, side), { recursive: true })
  }
  return { place, areNew: !areKept }
}

/**
 * @param {Work} work
 * @param {{ place: string }} stores
 */
async function meet(work, { place }) {
  const { contender, cores, changed } = work
  const step = changed === 0 ? 0 : cores / changed
  const grown = Array.from({ length: changed }, (_, i) => (Math.floor(i * step) + connections) % cores)
  const [nearGrown, farGrown] = [0, 1].map((odd) => grown.filter((_, i) => i % 2 === odd))
  connections++
  await alone(contender, join(place, 'near'), 'change', nearGrown)
  await alone(contender, join(place, 'far'), 'change', farGrown)

  const [near, far] = SIDES.map((side) => new End('end.mjs', contender, join(place, side)))
  if (near === undefined || far === undefined) throw new Error('a connection has two ends')
  const ends = [near, far]
  try {
    const opened = await Promise.all(ends.map((end) => end.ask('open', cores)))
    const { port } = await near.ask('listen')
    const profiles = SIDES.map((side) =>
      values.profile === undefined
        ? null
        : join(values.profile, `${contender}-${changed}-${work.met}-${side}.cpuprofile`)
    )
    const times = await Promise.all([
      near.ask('level', null, farGrown, profiles[0]),
      far.ask('level', port, nearGrown, profiles[1])
    ])
    const figures = await Promise.all(ends.map((end) => end.ask('figures')))
    const checks = await Promise.all(ends.map((end) => end.ask('check', grown)))
    for (const { blocks, held } of checks) {
      if (blocks !== checks[0]?.blocks || held !== blocks)
        throw new Error(`blocks are missing: ${JSON.stringify(checks)}`)
    }
    await Promise.all(ends.map((end) => end.ask('close')))
    note(work, [opened, times, figures])
  } finally {
    await Promise.all(ends.map((end) => end.exit()))
  }
}

/**
 * @param {Work} work
 * @param {Figures[][]} parts  of each, figures of both ends
 */
function note(work, parts) {
  const [one, other] = [0, 1].map((end) => Object.assign({}, ...parts.map((each) => each[end])))
  /** @type {Figures} */
  const figures = {}
  for (const name of Object.keys(one)) figures[name] = Math.max(one[name], other[name])
  figures['cpuMs'] = one.cpuMs + other.cpuMs
  const name = JSON.stringify(work)
  const { runs } = results.get(name) ?? { runs: [] }
  results.set(name, { work, runs: [...runs, figures] })
  console.error(`  ${toRow(work, [figures])}`)
}
