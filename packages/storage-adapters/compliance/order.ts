import b4a from 'b4a'
import { same } from '@manycore/kv/compliance'
import { blocks, range, readStream } from './case.js'
import type { Case } from './case.js'

/** Longer than any chain of promises between a read and what Hypercore does with it. */
const MICROTASKS = 100

/** With the private members of hypercore-storage 3.3 that Hypercore calls: lib/tx.js, classes CoreTX and CoreRX. */
interface Batches {
  read(): {
    getBlock(index: number): Promise<unknown>
    getHints(): Promise<unknown>
    getBitfieldPage(index: number): Promise<unknown>
    getUserData(key: string): Promise<unknown>
    tryFlush(): void
  }
  write(): { putUserData(key: string, value: Uint8Array): void; flush(): Promise<unknown> }
  createUserDataStream(): AsyncIterable<unknown>
}

export const order: Case[] = [
  {
    name: 'what follows at once from one read of a core has run before its next read comes back',
    async run(store) {
      const core = await store.core('a')
      await core.append(blocks(0, 40))
      const { storage } = core.core!.state as unknown as { storage: Batches }
      const read = (get: (rx: ReturnType<Batches['read']>) => Promise<unknown>): Promise<unknown> => {
        const rx = storage.read()
        const value = get(rx)
        rx.tryFlush()
        return value
      }
      const runs = new Runs()
      // Some of them are known by now and some are not; the two kinds alternate.
      const ask = (i: number): Promise<unknown>[] => [
        runs.alone(`block ${i}`, () => read((rx) => rx.getBlock(i))),
        runs.alone(`hints ${i}`, () => read((rx) => rx.getHints())),
        runs.alone(`absent ${i}`, () => read((rx) => rx.getUserData(`absent ${i}`))),
        runs.alone(`page ${i}`, () => read((rx) => rx.getBitfieldPage(0)))
      ]
      await Promise.all(range(0, 10).flatMap(ask))
      const first = range(10, 20).flatMap(ask)
      await new Promise((resolve) => setTimeout(resolve, 0)) // the others are asked while these are under way
      await Promise.all([...first, ...range(20, 30).flatMap(ask)])
      same(runs.overlaps, [], 'what came back while another was at it')
    }
  },
  {
    name: 'writes, snapshots and streams of a core come back one by one as well',
    async run(store) {
      const core = await store.core('a')
      await core.append(blocks(0, 20))
      const { storage } = core.core!.state as unknown as { storage: Batches }
      const snapshot = core.snapshot()
      await snapshot.ready()
      const runs = new Runs()
      const write = (key: string): Promise<unknown> => {
        const tx = storage.write()
        tx.putUserData(key, b4a.from(key))
        return tx.flush()
      }
      await Promise.all(
        range(0, 10).flatMap((i) => [
          runs.alone(`write ${i}`, () => write(`key ${i}`)),
          runs.alone(`block ${i}`, () => core.get(i)),
          runs.alone(`block ${10 + i} of a snapshot`, () => snapshot.get(10 + i)),
          runs.alone(`stream ${i}`, () => readStream(storage.createUserDataStream()))
        ])
      )
      same(runs.overlaps, [], 'what came back while another was at it')
      await snapshot.close()
    }
  }
]

/** Notes which answers arrive in the same run of microtasks. */
class Runs {
  readonly overlaps: string[] = []
  #running: string | null = null

  async alone(name: string, ask: () => Promise<unknown>): Promise<void> {
    await ask()
    if (this.#running !== null) this.overlaps.push(`${name} during ${this.#running}`)
    this.#running = name
    for (let i = 0; i < MICROTASKS; i++) await Promise.resolve()
    if (this.#running === name) this.#running = null
  }
}
