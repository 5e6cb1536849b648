// What a peer still gets after `policyChanged()` has resolved: the blocks that were in the stream's buffer. A stock
// Hypercore downloads over a wire that stands still at a random moment; then it is revoked, and the wire goes on.
// node bench/revocation.mjs --rounds 50
import { pipeline, Transform } from 'node:stream'
import { parseArgs } from 'node:util'
import Corestore from '@manycore/corestore'
import Stock from 'corestore'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BLOCKS = 5000
const SIZES = [100, 1000, 10_000]

/** Carries bytes, or holds them back; then its sender is told to wait. */
class Wire extends Transform {
  #held = null
  #isHeld = false

  hold() {
    this.#isHeld = true
  }

  release() {
    this.#isHeld = false
    this.#held?.()
  }

  _transform(chunk, _, next) {
    const pass = () => next(null, chunk)
    if (this.#isHeld) this.#held = pass
    else pass()
  }
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '50' } } })
const directory = mkdtempSync(join(tmpdir(), 'manycore-revocation-'))
let round = 0
console.log('| bytes a block | rounds | blocks after, median | most | in work at most |')
console.log('| --- | --- | --- | --- | --- |')
try {
  for (const size of SIZES) {
    const seen = []
    for (let i = 0; i < Number(values.rounds); i++) seen.push(await revoke(size, i))
    const after = seen.map(({ after }) => after).toSorted((a, b) => a - b)
    const inflight = Math.max(...seen.map(({ inflight }) => inflight))
    console.log(`| ${[size, seen.length, after[after.length >> 1], after.at(-1), inflight].join(' | ')} |`)
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}

async function revoke(size, i) {
  let allowed = true
  const place = (name) => join(directory, `${name}-${round}`)
  round++
  const near = new Corestore(place('near'), { policy: { access: () => allowed } })
  const far = new Stock(place('far'))
  const core = near.get({ name: 'core' })
  await core.append(Array.from({ length: BLOCKS }, () => Buffer.alloc(size)))
  const [one, other] = [near.replicate(true), far.replicate(false)]
  const wire = new Wire()
  pipeline(one, wire, other, one, () => {})
  const copy = far.get(core.key)
  let got = 0
  const begun = new Promise((resolve) => copy.on('download', () => ++got > 100 + i * 7 && resolve()))
  copy.download({ start: 0, end: -1 })
  await begun
  wire.hold() // the peer reads nothing more
  const inflight = copy.peers[0]?.inflight ?? 0
  await turns(i) // while requests are in work, at another moment each time
  allowed = false
  await near.policyChanged()
  const before = got
  wire.release()
  await turns(300)
  const after = got - before
  await Promise.all([near.close(), far.close()])
  return { after, inflight }
}

async function turns(count) {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}
