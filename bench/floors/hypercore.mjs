// What Hypercore itself takes.
import { createRequire } from 'node:module'
import Hypercore from 'hypercore'
import quickbit from 'quickbit-universal'
import { importTime } from '../stores/import-time.mjs'
import { start } from '../stores/work.mjs'

/**
 * A session of one open core, opened and closed.
 * @param {number} n
 */
export function sessions(n) {
  /** @param {{ scale: number, directory: string }} context */
  return async ({ scale, directory }) => {
    const core = new Hypercore(directory)
    await core.ready()
    const stop = start()
    for (let i = 0; i < n * scale; i++) {
      const session = core.session()
      await session.ready()
      await session.close()
    }
    const figures = stop()
    await core.close()
    return figures
  }
}

/**
 * What lib/bitfield.js makes for the first page of a core, and again when the core has a block.
 * @param {number} n
 */
export function bitfieldIndexes(n) {
  /** @param {{ scale: number }} context */
  return ({ scale }) => {
    const field = new Uint32Array(1024)
    const stop = start()
    for (let i = 0; i < n * scale; i++) quickbit.Index.from(field, field.byteLength)
    return stop()
  }
}

export function requireHypercore() {
  return importTime({ contender: { module: createRequire(import.meta.url).resolve('hypercore') } })
}
