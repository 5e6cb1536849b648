import { Resources } from './resources.mjs'
import { Soak } from './soak.mjs'

/**
 * One soak from the empty directory to closed stores. What is held is measured when nothing is open but the
 * stores: after a warm-up, and at the end; and before the first and after the last store is open.
 * @param opts         streams, cores, seed, directory
 * @param opts.warmUp  called with the soak: does the steps before the first measurement
 * @param opts.work    the same, for those between
 * @param opts.say     gets a line about what is going on
 * @returns            { counts, stores, first, last, empty: [before, after], open: [before, after] }
 */
export async function runSoak(opts) {
  const resources = new Resources()
  try {
    await loaded(opts, resources)
    const empty = [await resources.now()]
    const seen = await fromOpenToClose(opts, resources)
    empty.push(await resources.now())
    return { ...seen, empty }
  } finally {
    resources.release()
  }
}

/** A function of its own: what it held can go when it is over. */
async function fromOpenToClose({ warmUp, work, say = () => {}, ...opts }, resources) {
  const soak = new Soak(opts)
  const stores = soak.world.stores.length
  say(`${stores} stores, ${opts.cores} cores, ${opts.streams} streams, seed ${opts.seed}`)
  await soak.open()
  await soak.fill()
  const first = await cycle(soak, warmUp, say)
  const open = [await resources.now()]
  await soak.fill()
  const last = await cycle(soak, work, say)
  open.push(await resources.now())
  await soak.close()
  return { counts: soak.counts, stores, first, last, open }
}

async function cycle(soak, work, say) {
  await work(soak)
  say('no more changes: all connect')
  await soak.settle()
  const seen = await soak.compare()
  say(`${seen.equal} copies equal, ${seen.elsewhere} elsewhere, ${seen.problems.length} problems`)
  await soak.quiesce()
  return seen
}

/** What a process takes once, for its first store, is no leak. */
async function loaded({ directory, seed }, resources) {
  const soak = new Soak({ directory: `${directory}/first`, seed, streams: 1, cores: 1 })
  await soak.open()
  await soak.fill()
  await soak.settle()
  for (const [name, sample] of Object.entries(soak.samples())) resources.count(name, sample)
  await soak.quiesce()
  await soak.close()
}

/** What must be the same at two measurements. @returns  [name, before, after] of each figure */
export function figures([before, after], when) {
  const all = [before, after].map((held) => ({
    ...Object.fromEntries(Object.entries(held.objects).map(([name, count]) => [`${name}, alive`, count])),
    timers: held.timers,
    handles: Object.values(held.handles).reduce((sum, count) => sum + count, 0)
  }))
  return Object.keys(all[0]).map((name) => [`${name}, ${when}`, all[0][name], all[1][name]])
}
