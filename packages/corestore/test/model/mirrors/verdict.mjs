import b4a from 'b4a'

/**
 * What is wrong once the network is whole and level: copies that are not equal although they may be, that lack what the owner has,
 * or have what they may not have.
 * @param pairs  numbers of the stores that are connected
 * @returns      a line each
 */
export async function verdict(world, pairs) {
  const wrong = [...world.problems]
  for (const core of world.cores) {
    const copies = new Map()
    for (const member of core.holders) copies.set(member, await copyOf(world, core, member))
    for (const group of groupsOf(world, core, pairs)) {
      wrong.push(...unequal(core, group, copies))
    }
    for (const [member, { kept }] of core.denied) {
      for (const { serial } of copies.get(member)?.blocks.values() ?? []) {
        if (serial > kept) wrong.push(`${core.name} at ${member.index}, who may not have it: block ${serial}`)
      }
    }
  }
  return wrong
}

/** The stores that have a core and may have it, as far as each can get it from the others. */
function groupsOf(world, core, pairs) {
  const open = new Set([...core.holders].filter((member) => world.mayHave(core, member)))
  const groups = []
  while (open.size > 0) {
    const [first] = open
    open.delete(first)
    const group = [first]
    for (const member of group) {
      for (const pair of pairs) {
        if (!pair.includes(member.index)) continue
        const other = world.members[pair[0] === member.index ? pair[1] : pair[0]]
        if (open.delete(other)) group.push(other)
      }
    }
    groups.push(group)
  }
  return groups
}

function unequal(core, group, copies) {
  const wrong = []
  const shown = group.map((member) => `store ${member.index}: ${textOf(copies.get(member))}`).join('; ')
  const states = group.map((member) => textOf(copies.get(member)))
  if (new Set(states).size > 1) wrong.push(`${core.name} of store ${core.owner.index} is not equal: ${shown}`)
  if (!group.includes(core.owner)) return wrong
  for (const member of group) {
    const { fork, length, blocks } = copies.get(member)
    const isCurrent = fork === core.fork && length === core.blocks.length
    const has = (index, block) => blocks.get(index)?.text === block.text
    const isWhole = core.blocks.every((block, index) => block.isCleared || has(index, block))
    if (!isCurrent || !isWhole) {
      const want = `fork ${core.fork}, ${core.blocks.map(({ text, isCleared }) => (isCleared ? '-' : text.slice(6))).join(' ')}`
      wrong.push(`${core.name} at ${member.index} is not what its owner has written (${want}): ${shown}`)
    }
  }
  return wrong
}

function copyOf(world, core, member) {
  return world.during(core, member, async (session) => {
    const blocks = new Map()
    for (let index = 0; index < session.length; index++) {
      if (!(await session.has(index))) continue
      const text = b4a.toString(await session.get(index, { wait: false }))
      blocks.set(index, { text, serial: Number(text.slice(6)) })
    }
    return { fork: session.fork, length: session.length, blocks }
  })
}

function textOf({ fork, length, blocks }) {
  const has = Array.from({ length }, (_, index) => blocks.get(index)?.serial ?? '-')
  return `fork ${fork}, ${has.join(' ') || 'empty'}`
}
