import { Resources } from './resources.mjs'
import { Soak } from './soak.mjs'

/**
 * One soak from the empty directory to closed stores. What is held is measured when nothing is open but the
 * stores: after a warm-up, and at the end; and before the first and after the last store is open.
 * @param opts         streams, cores, seed, directory
 * @param opts.warmUp  called with the soak: does the steps before the first measurement
 * @param opts.work    the same, for those between
 * @param opts.say     gets a line about what is going on
 * @returns            { counts, streams, first, last, empty: [before, after], open: [before, after] }
 */
export async function runSoak({ warmUp, work, say = () => {}, ...opts }) {
  const resources = new Resources()
  try {
    const empty = [await resources.now()]
    const soak = new Soak(opts)
    say(`${soak.world.stores.length} stores, ${opts.cores} cores, ${opts.streams} streams, seed ${opts.seed}`)
    await soak.open()
    await soak.fill()
    const first = await cycle(soak, warmUp, say)
    const open = [await resources.now()]
    await soak.fill()
    const last = await cycle(soak, work, say)
    open.push(await resources.now())
    await soak.close()
    empty.push(await resources.now())
    return { counts: soak.counts, first, last, empty, open }
  } finally {
    resources.release()
  }
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
