import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import b4a from 'b4a'
import RandomAccessFile from 'random-access-file'
import RandomAccessMemory from 'random-access-memory'
import { describe, expect, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { openStore } from '../kit/open-store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

interface Held {
  /** bytes in use once what nobody holds is gone */
  memory: number
  /** null where the system does not list them */
  descriptors: number | null
  files: number
}

/**
 * What is left once garbage is collected. That takes V8 several rounds: what is reachable only from marks of a collection that was
 * under way goes in the next one, and buffers are freed beside the program, and counted as used until then. So the least of
 * many measurements counts, until it gets no less: what is held is in each of them.
 */
async function held(directory: string): Promise<Held> {
  let memory = Infinity
  for (let rounds = 0; rounds < 10; rounds++) {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    if (heapUsed + arrayBuffers < memory - 100_000) rounds = 0
    memory = Math.min(memory, heapUsed + arrayBuffers)
  }
  const descriptors = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : null
  return { memory, descriptors, files: readdirSync(directory).length }
}

/** Much more than the noise of a run, a fraction of what one thing kept in each cycle would take. */
const NOISE_BYTES = 2_000_000
/** a log, two manifests, the lock, and what was flushed and is not merged yet */
const FILES = 12

function expectNoMore(now: Held, before: Held): void {
  expect(now.memory - before.memory).toBeLessThan(NOISE_BYTES)
  expect(now.descriptors).toBe(before.descriptors)
  expect(now.files).toBeLessThanOrEqual(FILES)
}

describe.each([
  {
    kind: 'random-access-file',
    storageIn: (directory: string) => (name: string) => new RandomAccessFile(name, { directory })
  },
  { kind: 'random-access-memory', storageIn: () => RandomAccessMemory }
])('a store on $kind', ({ storageIn }) => {
  test('holds no more after 10,000 times opening and closing a core', async () => {
    const directory = temporaryDirectory()
    const store = openStore({ lingerMs: 0 }, storageIn(directory))
    const tenCycles = async (): Promise<void> => {
      const cores = Array.from({ length: 10 }, (_, i) => store.get({ name: `core ${i}` }))
      for (const core of cores) await core.ready()
      const left = new Promise<void>((resolve) => {
        store.cores.on('core-close', function closed() {
          if (store.cores.map.size > 0) return
          store.cores.off('core-close', closed)
          resolve()
        })
      })
      for (const core of cores) await core.close()
      await left
    }

    for (let i = 0; i < 100; i++) await tenCycles()
    const before = await held(directory)
    for (let i = 0; i < 1_000; i++) await tenCycles()
    expectNoMore(await held(directory), before)
  })

  test('that is closed holds nothing of 1,000 iterators and 1,000 snapshots that were abandoned', async () => {
    const directory = temporaryDirectory()
    const abandon = async (): Promise<void> => {
      const store = new Corestore(storageIn(directory))
      const core = store.get({ name: 'log' })
      await core.append([b4a.from('a'), b4a.from('b')])
      for (let i = 0; i < 500; i++) {
        await store.list()[Symbol.asyncIterator]().next()
        await core.createReadStream()[Symbol.asyncIterator]().next()
        for (const snapshot of [core.snapshot(), core.snapshot()]) await snapshot.ready()
        if (i % 10 === 0) await core.append(b4a.from('x'))
      }
      await store.close()
    }

    await abandon()
    const before = await held(directory)
    await abandon()
    expectNoMore(await held(directory), before)
  })
})
