import { setImmediate as turn } from 'node:timers/promises'
import { level } from './level.mjs'

/** What each step does, by its name. */
export const steps = {
  create: (world, { store, blocks }) => world.create(one(world.members, store), blocks),

  append: (world, { core, blocks }) => {
    const chosen = one(world.cores, core)
    return world.during(chosen, chosen.owner, (session) => world.append(chosen, blocks, session))
  },

  // Not to nothing: Hypercore loops then with a peer that has the earlier fork (docs/limits.md). Nor if there are gaps: it may miss a node of the tree.
  truncate: async (world, { core, length }) => {
    const chosen = one(world.cores, core)
    if (chosen.blocks.length < 2 || chosen.blocks.some(({ isCleared }) => isCleared)) return
    const to = 1 + (length % (chosen.blocks.length - 1))
    chosen.blocks.length = to
    chosen.fork++
    await world.during(chosen, chosen.owner, (session) => session.truncate(to))
  },

  /** The same length, and another history. */
  rewrite: async (world, { core, length }) => {
    const chosen = one(world.cores, core)
    const before = chosen.blocks.length
    await steps.truncate(world, { core, length })
    if (chosen.blocks.length < before)
      await steps.append(world, { core, blocks: before - chosen.blocks.length })
  },

  clear: async (world, { core, holder, start, blocks }) => {
    const chosen = one(world.cores, core)
    const member = one([...chosen.holders], holder)
    if (chosen.blocks.length === 0) return
    const from = start % chosen.blocks.length
    if (member === chosen.owner) {
      for (const block of chosen.blocks.slice(from, from + blocks)) block.isCleared = true
    }
    await world.during(chosen, member, (session) => session.clear(from, from + blocks))
  },

  copy: (world, { core, store }) =>
    world.during(one(world.cores, core), one(world.members, store), () => turn()),

  open: async (world, { core, store, active }) => {
    const member = one(world.members, store)
    world.sessions.push({ member, session: await world.session(one(world.cores, core), member, { active }) })
  },

  download: async (world, { core, store, start, blocks }) => {
    const [chosen, member] = [one(world.cores, core), one(world.members, store)]
    const session = await world.session(chosen, member, { active: true })
    const from = start % (chosen.blocks.length + 1)
    session
      .download({ start: from, end: from + blocks })
      .done()
      .catch(() => {}) // it is closed before
    world.sessions.push({ member, session })
  },

  close: async (world, { session }) => {
    if (world.sessions.length === 0) return
    const [{ session: chosen }] = world.sessions.splice(session % world.sessions.length, 1)
    await chosen.close()
  },

  connect: (world, { one: first, other }) =>
    world.network.connect(one(world.members, first), one(world.members, other)),

  cut: (world, { one: first, other }) =>
    world.network.cut(one(world.members, first), one(world.members, other)),

  deny: async (world, { core, store, isAwaited }) => {
    const [chosen, member] = [one(world.cores, core), one(world.members, store)]
    if (member === chosen.owner || chosen.denied.has(member)) return
    const denial = { kept: Infinity }
    chosen.denied.set(member, denial)
    const changed = world.policyChanged(chosen).then(() => (denial.kept = world.serial))
    if (isAwaited) await changed
  },

  allow: async (world, { core, store, isAwaited }) => {
    const [chosen, member] = [one(world.cores, core), one(world.members, store)]
    if (!chosen.denied.delete(member)) return
    const changed = world.policyChanged(chosen)
    if (isAwaited) await changed
  },

  reopen: async (world, { store }) => {
    const member = one(world.members, store)
    await Promise.all(world.changing)
    const others = world.members.filter((other) => world.network.isConnected(member, other))
    await member.store.close()
    world.sessions = world.sessions.filter((opened) => opened.member !== member)
    world.openStore(member)
    await member.store.ready()
    for (const other of others) {
      world.network.cut(member, other)
      world.network.connect(member, other)
    }
  },

  level,

  pass: async (_world, { turns }) => {
    for (let i = 0; i < turns; i++) await turn()
  }
}

function one(list, number) {
  return list[number % list.length]
}
