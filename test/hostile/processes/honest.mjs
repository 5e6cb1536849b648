// An honest peer with npm Corestore: it reads fresh blocks of the victim's core, and waits for the echo of what it writes.
import { setTimeout as sleep } from 'node:timers/promises'
import Corestore from 'corestore'
import { answer } from '../../processes/orders.mjs'
import { dialTcp, noise } from '../wire/transports.mjs'
import { now } from './clock.mjs'

/** @typedef {import('@manycore/hypercore-types').Hypercore} Hypercore */

/** @typedef {{ start: number, ms: number }} Sample  ms: Infinity while it goes on */

/** Pauses between two of a kind, so that the honest peer is no load. */
const READ_GAP_MS = 10
const ECHO_GAP_MS = 25

/** @type {Corestore} */
let store
/** the core that we write @type {Hypercore | undefined} */
let written
/** that of the victim @type {Hypercore | undefined} */
let copy
let next = 0
let names = 0
/** aborted when the work is to end */
let work = new AbortController()
/** @type {Promise<void>[]} */
let loops = []
/** @type {Record<'reads' | 'echoes', Sample[]>} */
const samples = { reads: [], echoes: [] }

await answer({
  async open({ dir, port }) {
    store = new Corestore(dir)
    store.replicate(noise(true, await dialTcp(port)))
  },

  /** @returns {Promise<string>} the key of a new core, which the victim is to mirror */
  async write() {
    await written?.close()
    written = store.get({ name: `written ${names++}` })
    await written.append(Buffer.from('first'))
    return Buffer.from(written.key ?? []).toString('hex')
  },

  async read({ key }) {
    await copy?.close()
    copy = store.get({ key: Buffer.from(key, 'hex') })
    await copy.ready()
    await copy.get(0)
    next = 1
  },

  async work() {
    work = new AbortController()
    loops = [repeat(samples.reads, READ_GAP_MS, readNext), repeat(samples.echoes, ECHO_GAP_MS, echo)]
  },

  /**
   * Ends the work once nothing is on its way, so that what happens then is in no sample.
   * @returns {Promise<boolean>} false = something is still on its way after so long
   */
  async rest({ patienceMs }) {
    work.abort()
    return Promise.race([Promise.all(loops).then(() => true), sleep(patienceMs, false)])
  },

  /** How long everything took that was on its way in [from, to), counted from then on. */
  async samples({ from, to }) {
    const at = now()
    /** @param {Sample[]} list */
    const pick = (list) =>
      list
        .filter(({ start, ms }) => start < to && start + ms > from)
        .map(({ start, ms }) => Math.min(start + ms, at) - Math.max(start, from))
    return { reads: pick(samples.reads), echoes: pick(samples.echoes) }
  },

  async leave() {
    await store.close()
  }
})

/**
 * @param {Sample[]} list
 * @param {number} gapMs
 * @param {() => Promise<unknown>} once
 */
async function repeat(list, gapMs, once) {
  const { signal } = work
  while (!signal.aborted) {
    const sample = { start: now(), ms: Infinity }
    list.push(sample)
    await once()
    sample.ms = now() - sample.start
    await sleep(gapMs)
  }
}

async function readNext() {
  await copy?.get(next++)
}

async function echo() {
  if (copy === undefined) return
  const { length } = copy
  await written?.append(Buffer.from('sent'))
  while (copy.length === length) await appended(copy)
  await copy.get(copy.length - 1)
}

/**
 * @param {Hypercore} core
 * @returns {Promise<void>}
 */
function appended(core) {
  return new Promise((resolve) => core.once('append', () => resolve()))
}
