import { constantFrom, nat, string } from 'fast-check'
import { BLOCKS, type Call, call, coreCall, INDEX, NOTHING } from './call.js'
import { hex, pick } from './world.js'

const LENGTH = nat(8)

/** Calls to sessions of cores. Nothing here waits for a peer. */
export const coreCalls: Record<string, Call> = {
  append: coreCall(
    14,
    { blocks: BLOCKS },
    async (core, { blocks }) => await core.append(blocks as never),
    (core) => core.writable
  ),

  read: coreCall(6, { index: LENGTH }, async (core, { index }) => await core.get(index, { wait: false })),

  readAll: coreCall(3, {}, async (core) => {
    const blocks = []
    for (let i = 0; i < core.length; i++) blocks.push(await core.get(i, { wait: false }))
    return blocks
  }),

  // Not to nothing: a peer that has blocks of the earlier fork then makes Hypercore 11.37.1 loop for ever.
  truncate: coreCall(
    2,
    { length: LENGTH.map((length) => length + 1) },
    async (core, { length }) => await core.truncate(length),
    (core) => core.writable && core.length > 1
  ),

  clear: coreCall(1, { start: LENGTH, count: nat(3) }, async (core, { start, count }, world) => {
    world.cleared.add(hex(core.key!))
    await core.clear(start, start + count)
  }),

  has: coreCall(1, { index: LENGTH }, async (core, { index }) => await core.has(index)),

  seek: coreCall(1, { bytes: nat(60) }, async (core, { bytes }) => await core.seek(bytes, { wait: false })),

  setUserData: coreCall(
    2,
    { key: constantFrom('x', 'y'), value: string({ maxLength: 5 }) },
    async (core, { key, value }) => {
      if (!core.opened) return NOTHING
      await core.setUserData(key, Buffer.from(value))
      return null
    }
  ),

  getUserData: coreCall(1, { key: constantFrom('x', 'y') }, async (core, { key }) => {
    return core.opened ? await core.getUserData(key) : NOTHING
  }),

  closeCore: coreCall(3, {}, async (core) => await core.close()),

  sessionOfCore: coreCall(
    3,
    { opts: constantFrom({}, { writable: false }, { snapshot: true }, { valueEncoding: 'utf-8' }) },
    async (core, { opts }, world) => await world.hold(core.session(opts as object))
  ),

  draft: coreCall(2, { name: constantFrom('draft', 'sketch') }, async (core, { name }, world) => {
    return await world.hold(core.session({ name }), core)
  }),

  commit: call(2, { draft: INDEX }, async (world, { draft }) => {
    const found = pick(
      world.held.filter(({ core, draftOf }) => draftOf?.opened && core.opened),
      draft
    )
    if (found === undefined) return NOTHING
    return (await found.draftOf!.commit(found.core)) !== null
  }),

  treeHash: coreCall(1, {}, async (core) => {
    if (!core.opened || (core.length > 0 && !(await core.has(core.length - 1)))) return NOTHING
    return hex(await core.treeHash())
  })
}
