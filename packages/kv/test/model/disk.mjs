import { FaultFiles, FaultPlan, RandomAccessEngine } from '@manycore/kv'
import { randomNumbers } from '@manycore/kv/faults'
import RandomAccessMemory from 'random-access-memory'
import { drawFault, drawOps, drawSizes, pick } from './draw.mjs'
import { History, contents } from './history.mjs'

/**
 * One store, and what is done to it.
 * @typedef {object} World
 * @property {import('./draw.mjs').Random} random
 * @property {FaultPlan} plan
 * @property {FaultFiles} files
 * @property {string[]} said
 * @property {History} history
 * @property {() => RandomAccessEngine} make
 * @property {RandomAccessEngine} engine  the one that is open, or was last
 * @property {boolean} isDeaf             the process is as good as killed: it hears of nothing any more
 * @property {() => void} onFailure       called when it does not hear of a failure
 * @property {Promise<unknown>} last      what was begun last
 */

const SESSIONS = 3
/** of a session at most; each happens once */
const MAX_FAULTS = 4
/** in what the engine says of batches that it refused before it wrote anything of them; it takes others after them */
const NO_ROOM = 'there is no room for more'

/**
 * Ways in which a session ends. Each resolves with whether the power was lost.
 * @type {Record<string, (world: World) => Promise<boolean>>}
 */
const ENDS = {
  close: async ({ engine }) => {
    await engine.close().catch(ifPlanned)
    return false
  },
  kill: async ({ files }) => {
    await files.crash()
    return false
  },
  'kill as a sync fails': async (world) => {
    world.plan.add({ on: 'sync', action: 'forget', file: pick(world.random, [/\.log$|^one$/, /./]) })
    world.isDeaf = true
    /** @type {Promise<void>} */
    const failed = new Promise((resolve) => (world.onFailure = resolve))
    const calls = [give(world), world.engine.flush(), world.engine.compact()].map((call) =>
      call.catch(ifPlanned)
    )
    await Promise.race([failed, Promise.all(calls)])
    await world.files.crash()
    world.isDeaf = false
    for (let turns = 3; turns > 0; turns--) await new Promise(setImmediate) // what ended before it, is told
    return false
  },
  'loss of power as a flush resolves': async (world) => {
    world.plan.add({ on: 'sync', action: 'forget', file: pick(world.random, [/\.log$|^one$/, /./]) })
    const calls = [give(world), flush(world), flush(world), flush(world)]
    world.last = Promise.all(calls)
    await Promise.race(calls.slice(1))
    await world.files.loseUnsynced()
    return true
  },
  'loss of power': async ({ files }) => {
    await files.loseUnsynced()
    return true
  },
  'loss of power, by sectors': async ({ files, random }) => {
    await files.loseUnsynced({ seed: random(2 ** 31) })
    return true
  }
}

/**
 * One store through a few sessions, on a disk with faults; after each the store must hold what it promised.
 * @param {number} seed
 * @returns {Promise<string>} what was drawn, and which faults happened
 * @throws   with all that in its message
 */
async function runDisk(seed) {
  const random = randomNumbers(seed)
  const durability = pick(random, /** @type {const} */ (['process', 'power']))
  const place = pick(random, ['many files', 'one file'])
  const said = [`seed ${seed}: ${place}, '${durability}'`]
  const plan = new FaultPlan()
  const files = new FaultFiles(memoryFiles(), plan)
  const options = {
    ...drawSizes(random),
    durability,
    sync: (/** @type {import('@manycore/kv').RandomAccess} */ file) => syncLate(world, file)
  }
  const make = () => new RandomAccessEngine(place === 'one file' ? files.open('one') : files.open, options)
  const history = new History(durability)
  const onFailure = () => {}
  // Until the first session opens one.
  const none = /** @type {RandomAccessEngine} */ (/** @type {unknown} */ (null))
  /** @type {World} */
  const world = {
    random,
    plan,
    files,
    said,
    history,
    make,
    engine: none,
    isDeaf: false,
    onFailure,
    last: Promise.resolve()
  }
  try {
    let isPowerLost = false
    for (let session = 0; session < SESSIONS; session++) {
      for (let i = random(MAX_FAULTS); i > 0; i--) plan.add(drawFault(random, place))
      await open(world)
      world.history.found(await read(world), isPowerLost)
      await work(world)
      if (random(4) === 0) await suspend(world)
      for (let turns = random(2) * random(200); turns > 0; turns--) await Promise.resolve() // into what still runs
      const [end, bring] = pick(random, Object.entries(ENDS))
      said.push(`${hitsOf(world)}; ${end}`)
      isPowerLost = await bring(world)
      if (end === 'kill as a sync fails') continue // what waits for that sync does so for ever
      await world.last // what was under way when it ended
      await world.engine.close().catch(() => {}) // of a process that is gone
    }
    await open(world)
    world.history.found(await read(world), isPowerLost)
    await world.engine.compact().catch(ifPlanned)
    world.history.holds(await read(world))
    await world.engine.close().catch(ifPlanned)
    return said.join('\n  ')
  } catch (cause) {
    for (const { on, action, file } of plan.hits) said.push(`${action} ${on} of ${file}`)
    throw new Error(`${said.join('\n  ')}\n${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

/**
 * Until it resolves: each fault happens once.
 * @param {World} world
 */
async function open(world) {
  for (let failures = 0; ; failures++) {
    world.engine = world.make()
    try {
      return await world.engine.open()
    } catch (err) {
      ifPlanned(err)
      if (failures > SESSIONS * MAX_FAULTS) throw err
    }
  }
}

/** @param {World} world */
async function read({ engine }) {
  for (;;) {
    try {
      return await contents(engine)
    } catch (err) {
      ifPlanned(err)
    }
  }
}

/** @param {World} world */
async function work(world) {
  const { random, plan, history } = world
  world.last = Promise.resolve()
  const hits = plan.hits.length
  const endsAtFault = random(2) === 0 // what is in doubt then is not cleared up by what comes later
  for (let step = random(25); step > 0; step--) {
    if (endsAtFault && plan.hits.length > hits) break
    const kind = random(40)
    if (kind < 34) {
      const batches = Array.from({ length: random(8) === 0 ? 5 : 1 }, () => give(world))
      world.last = Promise.all(batches)
      if (step > 1 || random(2) === 0) await world.last // else the end comes while it runs
    } else if (kind < 36) {
      const batches = random(2) === 0 ? [] : [give(world)]
      const flushes = Array.from({ length: 1 + random(3) }, () => flush(world))
      world.last = Promise.all([...batches, ...flushes])
      if (step > 1 || random(2) === 0) await world.last
    } else if (kind === 36) await world.engine.compact().catch(ifPlanned)
    else if (kind === 37) history.holds(await read(world))
    else await suspend(world)
  }
}

/**
 * At some time in this call's course; what was acknowledged before it began is promised.
 * @param {World} world
 */
async function flush({ engine, history, random }) {
  for (let turns = random(3) * random(20); turns > 0; turns--) await Promise.resolve()
  const last = history.last
  const isFlushed = await engine.flush().then(
    () => true,
    (err) => (err.code === 'ENGINE_CLOSED' ? false : ifPlanned(err)) // it was closed meanwhile
  )
  if (isFlushed) history.flushed(last)
}

/**
 * The result comes later than it is, now and then; of a process that is killed it does not come at all.
 * @param {World} world
 * @param {import('@manycore/kv').RandomAccess} file
 * @returns {Promise<void>}
 */
async function syncLate(world, file) {
  const result = await world.files.sync(file).catch((/** @type {unknown} */ err) => ({ err }))
  if (world.isDeaf && result) {
    world.onFailure()
    return new Promise(() => {})
  }
  if (world.random(4) === 0) for (let turns = world.random(60); turns > 0; turns--) await Promise.resolve()
  if (result) throw result.err
}

/** @param {World} world */
async function give({ engine, history, random }) {
  const ops = drawOps(random)
  const batch = history.given(ops)
  try {
    await engine.batch(ops)
    history.acknowledged(batch)
  } catch (err) {
    ifPlanned(err)
    if (err instanceof Error && err.message.includes(NO_ROOM)) history.unwritten(batch)
  }
}

/**
 * A store that was suspended was changed by nobody else.
 * @param {World} world
 */
async function suspend({ engine }) {
  await engine.suspend().catch(ifPlanned)
  for (;;) {
    try {
      return await engine.resume()
    } catch (err) {
      if (err instanceof Error && 'code' in err && err.code === 'ENGINE_FAILED') throw err
      ifPlanned(err)
    }
  }
}

/**
 * @param {any} err
 * @returns {false}
 * @throws what no fault explains
 */
function ifPlanned(err) {
  for (let each = err; each; each = each.cause) if (each.code === 'EIO') return false
  throw err
}

/** @param {World} world */
function hitsOf({ plan }) {
  const { hits } = plan
  return hits.map(({ on, action, file }) => `${action} ${on} ${file}`).join(', ') || 'no fault'
}

/**
 * Files in memory, by name. A new instance has what the last one of its name wrote.
 * @returns {(name: string) => import('@manycore/kv').RandomAccess}
 */
function memoryFiles() {
  /** @type {Map<string, RandomAccessMemory>} */
  const files = new Map()
  return (name) => {
    const before = files.get(name)
    const file = new RandomAccessMemory({ pageSize: 4096 })
    if (before !== undefined) {
      file.length = before.length
      file.buffers = before.buffers.map((page) => page && Buffer.from(page))
    }
    file.on('unlink', () => files.get(name) === file && files.delete(name))
    files.set(name, file)
    return file
  }
}

/**
 * Runs seed after seed.
 * @param {{ seed: number, until: () => boolean }} options.until  called between runs; true = that was enough
 * @returns      how many runs there were, and faults in them
 * @throws       the first failure, whose message starts with its seed
 */
export async function hunt({ seed, until }) {
  let runs = 0
  let faults = 0
  for (; !until(); runs++) {
    const said = await runDisk(seed + runs)
    faults += said.match(/ (fail|fail-after|tear|forget) /g)?.length ?? 0
  }
  return { runs, faults }
}
