// What a view of how far replication has come takes, by the number of cores that are attached.
// progress.mjs [CORES …], by default 1000 10000
import { pipeline } from 'node:stream'
import Corestore from '@manycore/corestore'
import { MemoryEngine } from '@manycore/kv'

const counts = process.argv.slice(2).map(Number)
console.log('| attached | syncView() | synced() of a level stream |')
for (const count of counts.length > 0 ? counts : [1000, 10_000]) await measure(count)

/** @param {number} count */
async function measure(count) {
  const [a, b] = [new Corestore(new MemoryEngine()), new Corestore(new MemoryEngine())]
  for (let i = 0; i < count; i++) {
    const core = a.get({ name: `core ${i}` })
    await core.append('a block')
    b.get({ key: core.key ?? '' }).download({ start: 0, end: -1 })
  }
  const [near, far] = [a.replicate(true), b.replicate(false)]
  pipeline(near, far, near, () => {})
  await b.synced()
  const views = median(() => b.syncView().isLevel)
  const { cores } = b.syncView().streams[0] ?? { cores: { total: 0 } }
  const before = performance.now()
  await b.synced()
  const synced = performance.now() - before
  console.log(`| ${cores.total} | ${views.toFixed(2)} ms | ${synced.toFixed(2)} ms |`)
  near.destroy()
  await Promise.all([a.close(), b.close()])
}

/** @param {() => unknown} work */
function median(work) {
  const times = Array.from({ length: 21 }, () => {
    const before = performance.now()
    work()
    return performance.now() - before
  })
  return times.toSorted((x, y) => x - y)[10] ?? 0
}
