import fc from 'fast-check'
import { history, pairsOf } from './arbitraries.mjs'
import { level } from './level.mjs'
import { steps } from './steps.mjs'
import { verdict } from './verdict.mjs'
import { World } from './world.mjs'

const RUNS_PER_SEED = 10

/** Plays one history, and connects all stores in the end. @throws with what is wrong then */
export async function play({ storages, cores, steps: story, shape }) {
  const world = new World()
  try {
    await world.open(storages)
    const member = (number) => world.members[number % world.members.length]
    for (const { store, blocks, copies } of cores) {
      const core = await world.create(member(store), blocks)
      for (const copy of copies) await world.during(core, member(copy), () => {})
    }
    for (const step of story) await steps[step.name](world, step)
    await Promise.all(world.changing)
    const pairs = pairsOf(shape, world.members.length)
    for (const one of world.members) {
      for (const other of world.members) {
        const isPair = pairs.some((pair) => pair.includes(one.index) && pair.includes(other.index))
        if (!isPair) world.network.cut(one, other)
      }
    }
    for (const [one, other] of pairs) world.network.connect(world.members[one], world.members[other])
    await level(world).catch(async (err) => {
      throw new Error([err.message, ...(await verdict(world, pairs))].join('\n'), { cause: err })
    })
    const wrong = await verdict(world, pairs)
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
    return story.length
  } finally {
    await world.close()
  }
}

/**
 * Random histories of stores that mirror, from a seed on, until `until()`.
 * @param path      of one history of the seed, as a failure names it
 * @param isShrunk  whether a history that fails is made shorter, which takes a while
 * @returns         { runs, steps }
 */
export async function hunt({ seed, until, path, isShrunk = false }) {
  const figures = { runs: 0, steps: 0 }
  let isOver = false
  const property = fc.asyncProperty(history, async (story) => {
    isOver ||= until()
    if (isOver) return
    figures.steps += await play(story)
    figures.runs++
  })
  for (; !isOver; seed++) {
    const result = await fc.check(property, {
      seed,
      numRuns: path === undefined ? RUNS_PER_SEED : 1,
      path,
      endOnFailure: !isShrunk
    })
    isOver ||= path !== undefined
    if (!result.failed) continue
    const { counterexample, counterexamplePath, errorInstance } = result
    const story = JSON.stringify(counterexample[0])
    throw new Error(`seed ${seed}, path ${counterexamplePath}: ${errorInstance?.message}\n${story}`, {
      cause: errorInstance
    })
  }
  return figures
}
