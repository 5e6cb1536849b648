import { same } from '@manycore/kv/compliance'
import type { Hypercore } from '@manycore/hypercore-types'
import { blocks, range, readAll } from './case.js'
import type { Case } from './case.js'
import { Store } from './store.js'
import type { StoragePlace } from './subject.js'

/** A case with three stores of one kind, each of which may ask for what the others have. */
export interface ReplicationCase {
  name: string
  run(writer: Store, reader: Store, other: Store): Promise<void>
}

export const replication: ReplicationCase[] = [
  {
    name: 'a whole core is downloaded, and so is what is appended later',
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
    name: 'single blocks are fetched when they are asked for',
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
    name: 'a truncation by the writer reaches the reader',
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
    name: 'a block that the writer cleared cannot be fetched, but its neighbours can',
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
  },
  {
    // The order of the storage's reads decides whether Hypercore sends a block or the answer about its length first.
    name: 'a peer that is behind gives its blocks once it has caught up, and again when it is behind again',
    async run(writer, reader, other) {
      const core = await writer.core('a')
      const behind = await reader.reader(core.key!, { eagerUpgrade: false })
      const ahead = await other.reader(core.key!)
      const ends = [connect(core, behind)]
      await core.append('block 0')
      await behind.get(0)
      const appendAll = async (start: number, end: number): Promise<void> => {
        for (const block of blocks(start, end)) await core.append(block)
        const disconnect = connect(core, ahead)
        same(await ahead.get(end - 1), `block ${end - 1}`, 'the last block')
        await disconnect()
      }
      await appendAll(1, 8)

      ends.push(connect(behind, ahead))
      same([behind.length, ahead.length], [1, 8], 'lengths')
      const first = ahead.get(0)
      await behind.update({ wait: true })
      same(await first, 'block 0', 'a block from before')
      await behind.get(1)
      await appendAll(8, 16)
      same(behind.length, 8, 'length of the one behind')
      same(await ahead.get(1), 'block 1', 'the next')
      for (const end of ends) await end()
    }
  }
]

/** Turns it into a case; each further store is in a place of its own. */
export function toCase(
  { name, run }: ReplicationCase,
  create: () => StoragePlace | Promise<StoragePlace>
): Case {
  return {
    name,
    async run(writer) {
      const places = [await create(), await create()]
      const [reader, other] = places.map((place) => new Store(place.open())) as [Store, Store]
      try {
        await run(writer, reader, other)
      } finally {
        for (const store of [reader, other]) await store.close()
        for (const place of places) await place.remove?.()
      }
    }
  }
}

/**
 * Replicates over Noise streams that are piped into each other.
 * @returns a function that ends the streams
 */
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
