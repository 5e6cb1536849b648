import { same } from '@manycore/kv/compliance'
import type { Hypercore } from '@manycore/hypercore-types'
import { blocks, range, readAll } from './case.js'
import type { Case } from './case.js'
import { Store } from './store.js'
import type { StoragePlace } from './subject.js'

/** A case with two stores of the kind: what one has, the other may ask for. */
export interface ReplicationCase {
  name: string
  run(writer: Store, reader: Store): Promise<void>
}

export const replication: ReplicationCase[] = [
  {
    name: 'a core is downloaded whole, and what is appended later',
    async run(writer, reader) {
      const core = await writer.core('a')
      await core.append(blocks(0, 500))
      const copy = await reader.reader(core.key!)
      const disconnect = connect(core, copy)
      await copy.update({ wait: true })
      await copy.download({ start: 0, end: 500 }).done()
      const later = once(copy, 'append')
      await core.append(blocks(500, 510))
      await later
      await copy.download({ start: 500, end: 510 }).done()
      await disconnect()
      same(await readAll(copy), blocks(0, 510), 'blocks')
      same((await copy.core!.audit({ dryRun: true }))!.corrupt, false, 'audit')
    }
  },
  {
    name: 'single blocks are fetched as they are asked for',
    async run(writer, reader) {
      const core = await writer.core('a')
      await core.append(blocks(0, 1000))
      const copy = await reader.reader(core.key!)
      const disconnect = connect(core, copy)
      await copy.update({ wait: true })
      const wanted = range(0, 40).map((i) => (i * 397) % 1000)
      same(
        await Promise.all(wanted.map((i) => copy.get(i))),
        wanted.map((i) => `block ${i}`),
        'blocks'
      )
      await disconnect()
      same((await readAll(copy)).filter((block) => block !== null).length, 40, 'blocks downloaded')
    }
  },
  {
    name: 'a truncate of the writer reaches the reader',
    async run(writer, reader) {
      const core = await writer.core('a')
      await core.append(blocks(0, 100))
      const copy = await reader.reader(core.key!)
      const disconnect = connect(core, copy)
      await copy.update({ wait: true })
      await copy.download({ start: 0, end: 100 }).done()
      const truncated = once(copy, 'truncate')
      await core.truncate(30)
      await core.append(blocks(30, 60, 'other'))
      await truncated
      await copy.get(59) // waits for the append; update() answers at once while no peer has more
      await copy.download({ start: 0, end: 60 }).done()
      await disconnect()
      same([copy.length, copy.fork], [60, 1], 'length and fork')
      same(await readAll(copy), [...blocks(0, 30), ...blocks(30, 60, 'other')], 'blocks')
    }
  },
  {
    name: 'a block that the writer cleared is not to be had, its neighbours are',
    async run(writer, reader) {
      const core = await writer.core('a')
      await core.append(blocks(0, 60))
      await core.clear(30, 60)
      const copy = await reader.reader(core.key!)
      const disconnect = connect(core, copy)
      await copy.update({ wait: true })
      same(await copy.get(3), 'block 3', 'a block that is there')
      const gone = copy.get(45, { timeout: 50 }).catch(() => 'nothing')
      same(await gone, 'nothing', 'a block that was cleared')
      await disconnect()
    }
  }
]

/** Makes a case of it: the second store is on a place of its own. */
export function toCase(
  { name, run }: ReplicationCase,
  create: () => StoragePlace | Promise<StoragePlace>
): Case {
  return {
    name,
    async run(writer) {
      const place = await create()
      const reader = new Store(place.open())
      try {
        await run(writer, reader)
      } finally {
        await reader.close()
        await place.remove?.()
      }
    }
  }
}

/** Over Noise streams piped into each other. @returns what ends them */
function connect(a: Hypercore<string>, b: Hypercore<string>): () => Promise<void> {
  const [one, two] = [a.replicate(true), b.replicate(false)]
  const closed = [one, two].map((stream) => new Promise<void>((resolve) => stream.on('close', resolve)))
  one.on('error', () => {}) // the other end was destroyed
  two.on('error', () => {})
  one.pipe(two).pipe(one)
  return async () => {
    one.destroy()
    two.destroy()
    await Promise.all(closed)
  }
}

function once(core: Hypercore<string>, event: 'append' | 'truncate'): Promise<void> {
  return new Promise((resolve) => core.once(event, () => resolve()))
}
