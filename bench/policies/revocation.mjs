// What a peer still gets after `policyChanged()` has resolved: the blocks that were in the stream's buffer. A stock
// Hypercore downloads over a wire that stands still at a random moment; then it is revoked, and the wire goes on.
// node bench/policies/revocation.mjs --rounds 50
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Corestore from '@manycore/corestore'
import Stock from 'corestore'
import { keyOf } from '../stores/replication.mjs'
import { inMemory, overUdx, turns } from './links.mjs'

const BLOCKS = 5000
const SIZES = [100, 1000, 10_000]
/** ms there and back over UDX: Hypercore has more requests in work the longer the way is */
const ROUND_TRIPS = [200, 800]

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '50' } } })
const directory = mkdtempSync(join(tmpdir(), 'manycore-revocation-'))
let round = 0
console.log('| wire | bytes per block | rounds | blocks after, median | most | in work at most |')
console.log('| --- | --- | --- | --- | --- | --- |')
try {
  for (const size of SIZES) await row('in memory', size, inMemory)
  for (const ms of ROUND_TRIPS) {
    await row(`UDX, ${ms} ms there and back`, 100, (near, far) => overUdx(near, far, ms / 2))
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}

/**
 * @param {string} wire
 * @param {number} size
 * @param {import('./links.mjs').Connect} connect
 */
async function row(wire, size, connect) {
  const seen = []
  for (let i = 0; i < Number(values.rounds); i++) seen.push(await revoke(size, i, connect))
  const after = seen.map((each) => each.after).toSorted((a, b) => a - b)
  const inflight = Math.max(...seen.map((each) => each.inflight))
  console.log(
    `| ${[wire, size, seen.length, after[after.length >> 1], after.at(-1), inflight].join(' | ')} |`
  )
}

/**
 * @param {number} size
 * @param {number} i
 * @param {import('./links.mjs').Connect} connect
 */
async function revoke(size, i, connect) {
  let allowed = true
  /** @param {string} name */
  const place = (name) => join(directory, `${name}-${round}`)
  round++
  const near = new Corestore(place('near'), { policy: { access: () => allowed } })
  const far = new Stock(place('far'))
  const core = near.get({ name: 'core' })
  await core.append(Array.from({ length: BLOCKS }, () => Buffer.alloc(size)))
  const wire = await connect(near, far)
  const copy = far.get(keyOf(core))
  let got = 0
  /** @type {Promise<void>} */
  const begun = new Promise((resolve) => copy.on('download', () => ++got > 100 + i * 7 && resolve()))
  copy.download({ start: 0, end: -1 })
  await begun
  wire.hold() // the peer reads nothing more
  const [peer] = /** @type {readonly { inflight?: number }[]} */ (copy.peers)
  const inflight = peer?.inflight ?? 0
  await turns(i) // while requests are in work, at another moment each time
  allowed = false
  await near.policyChanged()
  const before = got
  wire.release()
  await wire.quiet()
  const after = got - before
  await Promise.all([near.close(), far.close()])
  await wire.close()
  return { after, inflight }
}
