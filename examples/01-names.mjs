// Names give cores: the same name is the same core, a namespace keeps names apart.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Corestore from '@manycore/corestore'

const directory = await mkdtemp(join(tmpdir(), 'example-'))
const store = new Corestore(directory)

const log = store.get({ name: 'log', valueEncoding: 'json' })
await log.append([{ said: 'hello' }, { said: 'world' }])

const [same, other] = [store.get({ name: 'log' }), store.namespace('app').get({ name: 'log' })]
await Promise.all([same.ready(), other.ready()])
console.log('the same name:', same.id === log.id)
console.log('in a namespace:', other.id === log.id)

for await (const entry of log.createReadStream()) console.log(entry)

await store.close()
await rm(directory, { recursive: true })
