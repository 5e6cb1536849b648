// What a replicator does, for Prometheus: its figures go through prom-client and are served over HTTP.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Replicator } from '@manycore/replicator'
import Hypercore from 'hypercore'
import { Counter, Gauge, Registry } from 'prom-client'

const COUNTED = /** @type {const} */ (['blocksUp', 'bytesUp', 'blocksDown', 'bytesDown', 'denied', 'errors'])

const directory = await mkdtemp(join(tmpdir(), 'example-'))
const original = new Hypercore(join(directory, 'original'))
await original.append(['one', 'two', 'three'])
const copy = new Hypercore(join(directory, 'copy'), original.key)

const [here, there] = [Replicator.of([original]), Replicator.of([copy])]
const server = createServer(metricsOf(here))
await once(server.listen(0, '127.0.0.1'), 'listening')

const stream = here.replicate(true)
stream.pipe(there.replicate(false)).pipe(stream)
for (let i = 0; i < 3; i++) await copy.get(i)

const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
const text = await answer.text()
console.log(text)
assert.match(text, /manycore_blocksUp_total{core="\w+"} 3/)

server.close()
await Promise.all([here.close(), there.close()])
await Promise.all([original.close(), copy.close()])
await rm(directory, { recursive: true })

/**
 * A request listener of node:http that asks the replicator whenever Prometheus asks it.
 * @param {Replicator} replicator
 * @returns {import('node:http').RequestListener}
 */
function metricsOf(replicator) {
  const registry = new Registry()
  const registers = [registry]
  const streams = new Gauge({ name: 'manycore_streams', help: 'open streams', registers })
  const attached = new Gauge({ name: 'manycore_attached', help: 'cores on streams', registers })
  const counters = COUNTED.map((figure) => {
    const name = `manycore_${figure}_total`
    return { figure, counter: new Counter({ name, help: figure, labelNames: ['core'], registers }) }
  })

  return async (_request, response) => {
    const stats = replicator.stats()
    streams.set(stats.streams.length)
    attached.set(stats.attached)
    for (const { figure, counter } of counters) {
      counter.reset() // the replicator's own figures are sums already
      for (const core of stats.cores) {
        counter.inc({ core: Buffer.from(core.discoveryKey).toString('hex', 0, 4) }, core[figure])
      }
    }
    response.setHeader('content-type', registry.contentType)
    response.end(await registry.metrics())
  }
}
