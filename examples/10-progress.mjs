// A backup watches how far it is: a table of what is missing from whom, four times per second, until nothing is.
import { pipeline } from 'node:stream'
import Corestore from '@manycore/corestore'
import { MemoryEngine } from '@manycore/kv'

const laptop = new Corestore(new MemoryEngine())
const backup = new Corestore(new MemoryEngine())

const names = ['notes', 'photos', 'diary']
for (const [i, name] of names.entries()) {
  const core = laptop.get({ name })
  await core.append(Array.from({ length: 1000 * (i + 1) }, (_, n) => `${name} ${n}`))
  backup.get({ key: core.key ?? '' }).download({ start: 0, end: -1 })
}

backup.on('sync', print)
const [near, far] = [laptop.replicate(true), backup.replicate(false)]
pipeline(near, far, near, () => {}) // ends when a side closes
await backup.synced()
print(backup.syncView())
print(laptop.syncView())

await Promise.all([laptop.close(), backup.close()])
near.destroy()

/** @param {import('@manycore/corestore').SyncView} view */
function print({ isLevel, streams }) {
  for (const { remotePublicKey, isOpening, cores, blocks, bytes, entries } of streams) {
    const who = remotePublicKey ? Buffer.from(remotePublicKey).toString('hex').slice(0, 8) : 'somebody'
    if (isOpening) console.log(`${who}: connecting`)
    const share =
      blocks.expected === 0 ? 'nothing' : `${Math.floor((100 * blocks.received) / blocks.expected)} %`
    console.log(
      `${who}: ${share} has come, ${cores.done} of ${cores.total} cores, ${bytes.received} of ${bytes.expected} bytes`
    )
    console.table(
      entries.map(({ name, discoveryKey, have, length, missing, isLevel, lastError }) => ({
        core: name ?? Buffer.from(discoveryKey).toString('hex').slice(0, 8), // the backup knows the keys only
        have,
        length,
        missing,
        state: lastError?.message ?? (isLevel ? 'level' : 'coming')
      }))
    )
  }
  if (isLevel) console.log('all is here')
}
