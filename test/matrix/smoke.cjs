// Create, append, replicate, reopen, close: what has to work on every runtime. Run by scripts/test-matrix.mjs in a
// project where @manycore/corestore is installed from its tarball; prints `passed` at the end.
const Corestore = require('@manycore/corestore')

main().then(
  () => console.log('passed'),
  (err) => {
    console.error(err)
    throw err
  }
)

async function main() {
  const ours = new Corestore('./ours')
  const theirs = new Corestore('./theirs')
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
  await ours.close()
  await theirs.close()

  const again = new Corestore('./theirs')
  const stored = again.get({ key: log.key, valueEncoding: 'json' })
  await stored.ready()
  equal((await stored.get(1, { wait: false })).n, 1)
  await again.close()
}

function equal(actual, expected) {
  if (actual !== expected) throw new Error(`expected ${expected}, got ${actual}`)
}
