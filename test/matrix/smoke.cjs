// Create, append, replicate, reopen, close, on every storage: what has to work on every runtime, and what is refused
// where it cannot. Run by scripts/test-matrix.mjs in a project where @manycore/corestore is installed from its tarball;
// prints `passed` at the end.
const Corestore = require('@manycore/corestore')
const { MemoryEngine } = require('@manycore/kv')
const RandomAccessFile = require('random-access-file')

const lacksLibuv = typeof Bun !== 'undefined' || typeof Deno !== 'undefined'
const isBare = typeof Bare !== 'undefined'

main().then(
  () => console.log('passed'),
  (err) => {
    console.error(err)
    throw err
  }
)

async function main() {
  await trySome(
    'many files',
    (name) => (file) => new RandomAccessFile(file, { directory: `./files/${name}` })
  )
  await trySome('one file', (name) => new RandomAccessFile(`./one/${name}`))

  await trySome(
    'memory',
    kept(() => new MemoryEngine({ reusable: true }))
  )
  if (!isBare) await trySome('level', kept(level)) // abstract-level wants what Bare has not

  if (lacksLibuv) refused(() => new Corestore('./path/ours'))
  else await trySome('a path', (name) => `./path/${name}`)
}

/** @param storage  gives a store's storage by name, as often as it is asked for */
async function trySome(what, storage) {
  const ours = new Corestore(storage('ours'))
  const theirs = new Corestore(storage('theirs'))
  const log = ours.get({ name: 'log', valueEncoding: 'json' })
  await log.append([{ n: 0 }, { n: 1 }])

  const left = ours.replicate(true)
  const right = theirs.replicate(false)
  left.pipe(right).pipe(left)
  const copy = theirs.get({ key: log.key, valueEncoding: 'json' })
  equal((await copy.get(1)).n, 1)

  const added = ours.get({ name: 'added later' })
  await added.append(new Uint8Array([7]))
  equal((await theirs.get(added.key).get(0))[0], 7)
  if (/file|path/.test(what)) await isLocked(new Corestore(storage('ours')))
  await ours.suspend()
  await ours.resume()
  await ours.close()
  await theirs.close()

  if (what === 'level') return // what is in it ends with it
  const again = new Corestore(storage('theirs'))
  const stored = again.get({ key: log.key, valueEncoding: 'json' })
  await stored.ready()
  equal((await stored.get(1, { wait: false })).n, 1)
  await again.close()
}

function level() {
  const { MemoryLevel } = require('memory-level')
  return new MemoryLevel()
}

function kept(make) {
  const made = {}
  return (name) => (made[name] ??= make())
}

async function isLocked(second) {
  let code = null
  await second.ready().catch((err) => (code = err.code))
  equal(code, 'ELOCKED')
  await second.close()
}

function refused(make) {
  let code = null
  try {
    make()
  } catch (err) {
    code = err.code
  }
  equal(code, 'STORAGE_UNSUPPORTED')
}

function equal(actual, expected) {
  if (actual !== expected) throw new Error(`expected ${expected}, got ${actual}`)
}
