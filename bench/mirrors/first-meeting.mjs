// How long does a store take to make the index of a peer, if it never had one, nor a journal of changes? The peer is an empty store in
// memory, in the same process, so that nothing but the index is to be made.
// node bench/mirrors/first-meeting.mjs --cores 100000 --contenders RocksDB,random-access-file --runs 3 --directory DIR
// Stores that level.mjs has made in DIR are used, each run with a copy of its own.
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { Corestore } from '@manycore/corestore'
import { MemoryEngine } from '@manycore/kv'
import { contenderOf } from './contenders.mjs'
import { profiled } from './profiled.mjs'

const { values } = parseArgs({
  options: {
    cores: { type: 'string', default: '100000' },
    contenders: { type: 'string', default: 'RocksDB,random-access-file' },
    runs: { type: 'string', default: '3' },
    directory: { type: 'string', default: '' },
    profile: { type: 'string' }
  }
})

for (const contender of values.contenders.split(',')) {
  const place = join(values.directory, `${contender} ${values.cores}`)
  const times = []
  for (let run = 0; run < Number(values.runs); run++) {
    const copy = join(place, 'first')
    await rm(copy, { recursive: true, force: true })
    await cp(join(place, 'origin'), copy, { recursive: true })
    const store = /** @type {Corestore} */ (/** @type {unknown} */ (contenderOf(contender).open(copy)))
    const peer = new Corestore(new MemoryEngine(), { mirror: true })
    await Promise.all([store.ready(), peer.ready()])
    const [near, far] = [new NoiseSecretStream(true), new NoiseSecretStream(false)]
    near.rawStream.pipe(far.rawStream).pipe(near.rawStream)
    const profile = values.profile && join(values.profile, `${contender}-first.cpuprofile`)
    times.push(
      await profiled(profile ?? null, async () => {
        const before = performance.now()
        store.replicate(near)
        peer.replicate(far)
        await store.synced()
        return performance.now() - before
      })
    )
    for (const end of [near, far]) end.destroy()
    await Promise.all([store.close(), peer.close()])
    await rm(copy, { recursive: true, force: true })
  }
  const median = times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN
  const rss = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(
    `${contender}: ${(median / 1000).toFixed(2)} s for ${values.cores} cores (${times.map(Math.round)}), ${rss} MB`
  )
}
