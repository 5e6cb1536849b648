// The packages without a Corestore: keys from a keychain, plain Hypercores, one stream for all of them.
const { mkdtemp, rm } = require('node:fs/promises')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const Hypercore = require('hypercore')
const { Keychain } = require('@manycore/keychain')
const { Replicator } = require('@manycore/replicator')

async function main() {
  const directory = await mkdtemp(join(tmpdir(), 'example-'))
  /**
   * @param {string} name
   * @param {import('@manycore/hypercore-types').HypercoreOptions} opts
   */
  const open = (name, opts) => new Hypercore(join(directory, name), { valueEncoding: 'utf-8', ...opts })

  const keychain = Keychain.generate().namespace('my app')
  const mine = ['notes', 'photos'].map((name) => open(name, keychain.coreOptions(name)))
  for (const core of mine) await core.append('a block without a store')
  const copies = mine.map((core, i) => open(`copy-${i}`, { key: core.key }))

  const [here, there] = [Replicator.of(mine), Replicator.of(copies)]
  const [near, far] = [here.replicate(true), there.replicate(false)]
  for (const stream of [near, far]) stream.on('error', () => {}) // closing one side cuts the other
  near.pipe(far).pipe(near)
  for (const copy of copies) console.log(await copy.get(0))

  await Promise.all([here.close(), there.close()])
  await Promise.all([...mine, ...copies].map((core) => core.close()))
  await rm(directory, { recursive: true })
}

main()
