import b4a from 'b4a'
import { same } from '@manycore/kv/compliance'
import { blocks, range, readStream } from './case.js'
import type { Case } from './case.js'
import { discoveryKeyOf } from './store.js'

const hex = (bytes: Uint8Array | null): string | null => bytes && b4a.toString(bytes, 'hex')

export const registry: Case[] = [
  {
    name: 'every core is listed once, and found by its discovery key and its alias',
    async run(store) {
      const names = range(0, 60).map((i) => `core ${i}`)
      for (const name of names) await (await store.core(name)).append('block')
      const { storage } = store
      const keys = names.map((name) => hex(discoveryKeyOf(name)))
      const listed = (await readStream(storage.createDiscoveryKeyStream())).map(hex)
      same(listed, keys.toSorted(), 'listed, in order')
      const namespace = b4a.alloc(32)
      const aliases = await readStream(storage.createAliasStream(namespace))
      same(aliases.map(({ alias }) => alias.name).toSorted(), names.toSorted(), 'aliases')
      for (const name of names.slice(0, 5)) {
        same(hex(await storage.getAlias({ name, namespace })), hex(discoveryKeyOf(name)), name)
        same(await storage.hasCore(discoveryKeyOf(name)), true, name)
      }
      same(await storage.hasCore(discoveryKeyOf('absent')), false, 'an absent core')
      same(await storage.getAlias({ name: 'absent', namespace }), null, 'an absent alias')
      const cores = await readStream(storage.createCoreStream())
      same(new Set(cores.map(({ core }) => core.dataPointer)).size, 60, 'places of their own')
    }
  },
  {
    name: 'seed and default core are kept, and stay as they are unless overwritten',
    async run({ storage }) {
      const [one, two] = [b4a.alloc(32, 1), b4a.alloc(32, 2)]
      same([await storage.getSeed(), await storage.getDefaultDiscoveryKey()], [null, null], 'at first')
      await storage.setSeed(one)
      await storage.setSeed(two, { overwrite: false })
      same(hex(await storage.getSeed()), hex(one), 'not overwritten')
      await storage.setSeed(two)
      same(hex(await storage.getSeed()), hex(two), 'overwritten')
      await storage.setDefaultDiscoveryKey(one)
      same(hex(await storage.getDefaultDiscoveryKey()), hex(one), 'default core')
    }
  },
  {
    name: 'the cores of a group are listed in the order of their last changes',
    async run(store) {
      const topic = b4a.alloc(32, 5)
      const cores = await Promise.all(range(0, 3).map((i) => store.core(`core ${i}`)))
      for (const core of cores) await core.setGroup(topic)
      for (const i of [1, 0, 2, 1]) await cores[i]!.append(blocks(0, 2))
      const group = await store.storage.getGroup(topic)
      const updates = async (reverse: boolean): Promise<(string | null)[]> =>
        (await readStream(store.storage.createGroupUpdateStream(group!, { reverse }))).map(hex)
      same(new Set(await updates(false)).size, 3, 'cores')
      same(await updates(true), (await updates(false)).toReversed(), 'in reverse')
      same(await store.storage.getGroup(b4a.alloc(32, 6)), null, 'an absent group')
    }
  },
  {
    name: 'cores that are created in the same turn get places of their own',
    async run(store) {
      const names = range(0, 30).map((i) => `core ${i}`)
      const cores = await Promise.all(names.map((name) => store.core(name)))
      await Promise.all(cores.map((core, i) => core.append(`of ${i}`)))
      same(
        await Promise.all(cores.map((core) => core.get(0))),
        names.map((_, i) => `of ${i}`),
        'blocks'
      )
    }
  }
]
