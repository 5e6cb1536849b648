// Workloads with two sides, both the same contender, in one process.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AT_ONCE, BLOCK, connect, inParallel, memoryInUse, name, start } from './work.mjs'

/** @typedef {import('./contenders.mjs').Context} Context */

/** @typedef {import('./contenders.mjs').Contender} Contender */

/** @typedef {(context: Context) => Promise<import('./contenders.mjs').Figures>} Measure */

/**
 * Many cores, all open on both sides before the streams are joined.
 * @param {number} cores
 * @param {number} blocks
 * @returns {Measure}
 */
export function replicateMany(cores, blocks) {
  return async ({ contender, scale, directory }) => {
    const n = Math.ceil(cores * scale)
    const { near, far } = sides(contender, directory)
    const sources = Array.from({ length: n }, (_, i) => near.get({ name: name(i) }))
    await inParallel(n, AT_ONCE, (i) => sources[i]?.append(Array(blocks).fill(BLOCK)))
    const targets = sources.map((core) => far.get(keyOf(core)))
    await Promise.all(targets.map((core) => core.ready()))

    const stop = start()
    connect(near, far)
    await Promise.all(targets.map((core) => core.download({ start: 0, end: blocks }).done()))
    const figures = stop()
    for (const core of targets) if (core.contiguousLength !== blocks) throw new Error('blocks are missing')
    await Promise.all([near.close(), far.close()])
    return figures
  }
}

/**
 * @param {number} blocks
 * @param {number} bytes
 * @returns {Measure}
 */
export function replicateOne(blocks, bytes) {
  return async ({ contender, scale, directory }) => {
    const n = Math.ceil(blocks * scale)
    const block = Buffer.alloc(bytes, 'x')
    const { near, far, source, target } = await oneCore(contender, directory)
    for (let i = 0; i < n; i += 500) await source.append(Array(Math.min(500, n - i)).fill(block))

    const stop = start()
    connect(near, far)
    await target.download({ start: 0, end: n }).done()
    const figures = stop()
    if (target.contiguousLength !== n) throw new Error('blocks are missing')
    await Promise.all([near.close(), far.close()])
    return figures
  }
}

/**
 * One side has them stored and closed; the other opens them and waits for a block of each.
 * @param {number} cores
 * @returns {Measure}
 */
export function serveClosed(cores) {
  return async ({ contender, scale, directory }) => {
    const n = Math.ceil(cores * scale)
    const near = contender.open(directory)
    const far = contender.open(`${directory} far`)
    /** @type {string[]} */
    const keys = JSON.parse(await readFile(`${directory} keys`, 'utf8')).slice(0, n)
    await Promise.all([near.ready(), far.ready()])

    const stop = start()
    connect(near, far)
    await inParallel(n, AT_ONCE, async (i) => {
      const block = await far.get(Buffer.from(keys[i] ?? '', 'hex')).get(0)
      if (block?.byteLength !== BLOCK.byteLength) throw new Error('not the block')
    })
    const figures = stop()
    await Promise.all([near.close(), far.close()])
    return figures
  }
}

/**
 * Both sides have all cores open; measures until each core has a peer per stream.
 * @param {number} streams
 * @param {number} cores
 * @returns {Measure}
 */
export function attachStreams(streams, cores) {
  return async ({ contender, scale, directory }) => {
    const n = Math.ceil(cores * scale)
    const { near, far } = sides(contender, directory)
    const open = Array.from({ length: n }, (_, i) => near.get({ name: name(i) }))
    await Promise.all(open.map((core) => core.ready()))
    const all = [...open, ...open.map((core) => far.get(keyOf(core)))]
    await Promise.all(all.map((core) => core.ready()))

    let missing = all.length * streams
    /** @type {Promise<void>} */
    const attached = new Promise((resolve) => {
      for (const core of all) core.on('peer-add', () => --missing === 0 && resolve())
    })
    const before = memoryInUse()
    const stop = start()
    for (let i = 0; i < streams; i++) connect(near, far)
    await attached
    const figures = stop()
    const bytesPerPeer = (memoryInUse() - before) / (all.length * streams)
    await Promise.all([near.close(), far.close()])
    return { ...figures, bytesPerPeer }
  }
}

/** @param {import('./contenders.mjs').Core} core  that is ready */
export function keyOf({ key }) {
  if (key === null) throw new Error('a core without a key')
  return key
}

/**
 * @param {Contender} contender
 * @param {string} directory
 */
function sides({ open }, directory) {
  return { near: open(join(directory, 'near')), far: open(join(directory, 'far')) }
}

/**
 * One core on both sides: in stores, or alone.
 * @param {Contender} contender
 * @param {string} directory
 */
async function oneCore(contender, directory) {
  if (contender.core !== undefined) {
    const source = contender.core(join(directory, 'near'))
    await source.ready()
    const target = contender.core(join(directory, 'far'), source.key)
    await target.ready()
    return { near: source, far: target, source, target }
  }
  const { near, far } = sides(contender, directory)
  const source = near.get({ name: 'source' })
  await source.ready()
  const target = far.get(keyOf(source))
  await target.ready()
  return { near, far, source, target }
}
