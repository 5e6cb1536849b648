// What lies in a store's directory, as Corestore 7 reads it, which shares no code of ours.
import Corestore from 'corestore'
import { answer } from './orders.mjs'

await answer({
  /**
   * @param keys  core → hex
   * @returns     core → indexes of the blocks that are stored
   */
  async read({ dir, keys }) {
    const store = new Corestore(dir, { active: false })
    const stored = {}
    for (const [id, key] of Object.entries(keys)) {
      const core = store.get({ key: Buffer.from(key, 'hex'), active: false })
      await core.ready()
      stored[id] = []
      for (let i = 0; i < core.length; i++) if (await core.has(i)) stored[id].push(i)
    }
    await store.close()
    return stored
  },
  async leave() {}
})
