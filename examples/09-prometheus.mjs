// What a replicator does, for Prometheus: its events are counted by prom-client, and served over HTTP.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Replicator } from '@manycore/replicator'
import Hypercore from 'hypercore'
import { Counter, Gauge, Registry } from 'prom-client'

const directory = await mkdtemp(join(tmpdir(), 'example-'))
const original = new Hypercore(join(directory, 'original'))
await original.append(['one', 'two', 'three'])
const copy = new Hypercore(join(directory, 'copy'), original.key)

const [here, there] = [Replicator.of([original]), Replicator.of([copy])]
const server = createServer(metricsOf(here, [original]))
await once(server.listen(0, '127.0.0.1'), 'listening')

const stream = here.replicate(true)
stream.pipe(there.replicate(false)).pipe(stream)
for (let i = 0; i < 3; i++) await copy.get(i)

const answer = await fetch(`http://127.0.0.1:${server.address().port}/metrics`)
console.log(await answer.text())

server.close()
await Promise.all([here.close(), there.close()])
await Promise.all([original.close(), copy.close()])
await rm(directory, { recursive: true })

/** @returns a request listener of node:http */
function metricsOf(replicator, cores) {
  const registry = new Registry()
  const registers = [registry]
  const streams = new Gauge({ name: 'manycore_streams', help: 'open streams', registers })
  const events = new Counter({
    name: 'manycore_events_total',
    help: 'what happened to cores on streams',
    labelNames: ['event'],
    registers
  })
  for (const event of ['attach', 'detach', 'denied', 'core-error']) {
    replicator.on(event, () => events.inc({ event }))
  }
  const blocks = new Counter({
    name: 'manycore_blocks_total',
    help: 'blocks moved',
    labelNames: ['direction'],
    registers
  })
  for (const core of cores) {
    for (const direction of ['upload', 'download']) core.on(direction, () => blocks.inc({ direction }))
  }

  return async (_request, response) => {
    streams.set(replicator.streams.records.length)
    response.setHeader('content-type', registry.contentType)
    response.end(await registry.metrics())
  }
}
