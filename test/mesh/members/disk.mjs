// What lies in a store's directory, as Corestore 7 reads it, which shares no code of ours.
import Corestore from 'corestore'
import { answer } from '../../processes/orders.mjs'

await answer({
  /**
   * @param {{ dir: string, keys: Record<string, string> }} where  keys: core → hex
   * @returns {Promise<Record<string, number[]>>}  core → indexes of the blocks that are stored
   */
  async read({ dir, keys }) {
    const store = new Corestore(dir, { active: false })
    /** @type {Record<string, number[]>} */
    const stored = {}
    for (const [id, key] of Object.entries(keys)) {
      const core = store.get({ key: Buffer.from(key, 'hex'), active: false })
      await core.ready()
      const indexes = []
      for (let i = 0; i < core.length; i++) if (await core.has(i)) indexes.push(i)
      stored[id] = indexes
    }
    await store.close()
    return stored
  },
  async leave() {}
})
