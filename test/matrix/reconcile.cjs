// Two indexes, in memory and in files, and an exchange between them: what has to work on every runtime. Run as smoke.cjs is.
const { Index, Reconciler } = require('@manycore/reconcile')
const { RandomAccessEngine } = require('@manycore/kv')
const RandomAccessFile = require('random-access-file')

const SIZE = 3000
const FIRST_CHANGED = 1000
const CHANGED = 5

main().then(
  () => console.log('passed'),
  (err) => {
    console.error(err)
    throw err
  }
)

async function main() {
  const engine = new RandomAccessEngine((name) => new RandomAccessFile(name, { directory: './files/index' }))
  await engine.open()
  const theirs = new Index()
  await theirs.rebuild(items(0), { stamp: new Uint8Array(0) })
  const stored = new Index({ engine, cacheBytes: 1 })
  await stored.rebuild(items(0), { stamp: Uint8Array.of(1), sortBytes: 10_000 })
  for (let i = 0; i < CHANGED; i++) await stored.update(idOf(FIRST_CHANGED + i), new Uint8Array(8).fill(1))
  await stored.flush({ stamp: Uint8Array.of(2) })
  await stored.close()

  const ours = new Index({ engine })
  await ours.ready()
  equal(ours.stamp[0], 2)
  const sides = [new Reconciler(ours), new Reconciler(theirs)]
  let [turn, found] = [1, 0]
  for (let frame = await sides[0].initiate(); frame !== null; turn = 1 - turn) {
    const { reply, differences } = await sides[turn].receive(frame)
    found += differences.length
    frame = reply
  }
  equal(found, 2 * CHANGED)
  await ours.close()
  await engine.close()
}

function* items(version) {
  for (let i = 0; i < SIZE; i++) yield { id: idOf(i), version: new Uint8Array(8).fill(version) }
}

/** @returns 16 bytes that are spread over all ids */
function idOf(i) {
  const id = new Uint8Array(16)
  const view = new DataView(id.buffer)
  view.setUint32(0, Math.imul(i + 1, 0x9e3779b1) >>> 0)
  view.setUint32(12, i)
  return id
}

function equal(actual, expected) {
  if (actual !== expected) throw new Error(`expected ${expected}, got ${actual}`)
}
