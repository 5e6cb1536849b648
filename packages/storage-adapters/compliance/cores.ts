import b4a from 'b4a'
import { same } from '@manycore/kv/compliance'
import { blocks, range, readAll, readStream } from './case.js'
import type { Case } from './case.js'
import { discoveryKeyOf } from './store.js'
import type { Store } from './store.js'

export const cores: Case[] = [
  {
    name: 'blocks are appended, one by one and together, and read back',
    async run(store) {
      const core = await store.core('a')
      for (const block of blocks(0, 20)) await core.append(block)
      await core.append(blocks(20, 400))
      same(await readAll(core), blocks(0, 400), 'blocks')
      same([await core.has(0, 400), await core.has(400)], [true, false], 'has')
      same(await core.get(399), 'block 399', 'the last')
    }
  },
  {
    name: 'blocks may have 0 bytes, or 1 MiB',
    async run(store) {
      const core = await store.core('a')
      const sizes = [0, 1, 4095, 4096, 4097, 1 << 20]
      await core.append(sizes.map((size) => 'x'.repeat(size)))
      same(
        (await readAll(core)).map((block) => block!.length),
        sizes,
        'sizes'
      )
    }
  },
  {
    name: 'many cores are appended to at once',
    async run(store) {
      const all = await Promise.all(range(0, 20).map((i) => store.core(`core ${i}`)))
      await Promise.all(
        all.flatMap((core, i) => blocks(0, 10, `of ${i}:`).map((block) => core.append(block)))
      )
      for (const [i, core] of all.entries()) same(await readAll(core), blocks(0, 10, `of ${i}:`), `core ${i}`)
    }
  },
  {
    name: 'truncate drops blocks for good, and what is appended then takes their place',
    async run(store) {
      const core = await store.core('a')
      await core.append(blocks(0, 300))
      await core.truncate(100)
      same([core.length, core.fork, await core.has(100)], [100, 1, false], 'length, fork, has')
      await core.append(blocks(100, 110, 'other'))
      same(await readAll(core), [...blocks(0, 100), ...blocks(100, 110, 'other')], 'blocks')
      await core.truncate(0)
      same([core.length, core.fork, await storedBlocks(store, 'a')], [0, 2, 0], 'length, fork, stored blocks')
      await core.append('first')
      same(await readAll(core), ['first'], 'blocks')
      same(await storedBlocks(store, 'a'), 1, 'blocks that are stored')
    }
  },
  {
    name: 'clear drops a range of blocks and spares its neighbours',
    async run(store) {
      const core = await store.core('a')
      await core.append(blocks(0, 300))
      await core.clear(50, 250)
      same(
        (await readAll(core)).flatMap((block, i) => (block === null ? [] : [i])),
        [...range(0, 50), ...range(250, 300)],
        'blocks left'
      )
      same(await storedBlocks(store, 'a'), 100, 'blocks that are stored')
      await core.append('next')
      same(await core.get(300), 'next', 'appended')
    }
  },
  {
    name: 'user data is set, replaced and read',
    async run(store) {
      const core = await store.core('a')
      await core.setUserData('a', 'one')
      await core.setUserData('b', b4a.alloc(5000, 7))
      await core.setUserData('a', 'two')
      same(b4a.toString((await core.getUserData('a'))!), 'two', 'a')
      same((await core.getUserData('b'))!.byteLength, 5000, 'b')
      same(await core.getUserData('c'), null, 'c')
    }
  },
  {
    name: 'a stream reads every block in order, from any block on',
    async run(store) {
      const core = await store.core('a')
      await core.append(blocks(0, 2000))
      same(await readStream(core.createReadStream()), blocks(0, 2000), 'all')
      same(await readStream(core.createReadStream({ start: 990, end: 1010 })), blocks(990, 1010), 'part')
      const bytes = b4a.concat(await readStream(core.createByteStream({ byteOffset: 0, byteLength: 15 })))
      same(b4a.toString(bytes), 'block 0block 1b', 'bytes')
    }
  },
  {
    name: 'an audit finds nothing wrong',
    async run(store) {
      const core = await store.core('a')
      await core.append(blocks(0, 100))
      await core.truncate(60)
      await core.append(blocks(60, 90, 'other'))
      await core.clear(10, 20)
      const audit = (await core.core!.audit({ dryRun: true }))!
      const { droppedTreeNodes, droppedBlocks, droppedBits, corrupt } = audit
      same([droppedTreeNodes, droppedBlocks, droppedBits, corrupt], [0, 0, 0, false], 'what is wrong')
      same(audit.blocks, 80, 'blocks')
      await store.storage.audit()
    }
  }
]

/** Reads the blocks from the storage, past every bitfield and cache. */
async function storedBlocks(store: Store, name: string): Promise<number> {
  const { data } = (await store.storage.export(discoveryKeyOf(name))) as { data: { blocks: unknown[] }[] }
  return data[0]!.blocks.length
}
