import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Member } from '../../../../../test/processes/member.mjs'

/**
 * Two hubs, the first of which is never ended, so that its memory says something; two members to whom the hubs give everything;
 * and two who are judged. Every second one is in files, the others on RocksDB.
 */
const MEMBERS = [
  { name: 'hub', isHub: true, isMortal: false },
  { name: 'second hub', isHub: true, isMortal: true },
  { name: 'friend', isMortal: true },
  { name: 'second friend', isMortal: true },
  { name: 'stranger', isMortal: true, isJudged: true },
  { name: 'second stranger', isMortal: true, isJudged: true }
]

/** Of so many cores one is kept from a stranger. */
const KEPT = 4

export class World {
  /** What should not have happened. */
  problems = []
  #random
  #directory
  #cores
  #members
  #all = []
  /** Who may not have what: names of rules. */
  #rules = new Set()
  /** Those that have held all the time. Of any other the stranger has what it got while it might. */
  #always = new Set()

  /** @param opts  directory, random, cores (of each member) */
  constructor({ directory, random, cores }) {
    this.#directory = directory
    this.#random = random
    this.#cores = cores
    this.#members = MEMBERS.map((member, index) => ({
      ...member,
      index,
      process: null,
      /** Resolves once it is up again. */
      up: Promise.resolve(),
      isDown: true
    }))
  }

  async open() {
    for (const member of this.#members) {
      await this.#start(member)
      const names = Array.from({ length: this.#cores }, (_, i) => `${member.name} ${i}`)
      const made = await member.process.call('make', { names })
      for (const [i, ids] of made.entries()) this.#all.push({ ...ids, name: names[i], owner: member })
    }
    const keys = this.#all.map(({ key }) => key)
    await Promise.all(this.#members.map(({ process }) => process.call('know', { keys })))
    for (const member of this.#judged) {
      for (const core of this.#all) if (this.#random.int(KEPT) === 0) await this.#judge(core, member, true)
    }
    for (const rule of this.#rules) this.#always.add(rule)
    await this.connectAll()
  }

  async close() {
    await Promise.all(this.#members.map(({ process }) => process?.kill()))
  }

  anyCore() {
    return this.#random.pick(this.#all)
  }

  /** @returns who connects, and the hub */
  anyConnection() {
    return this.#random.pick(this.#connections)
  }

  anyOther(member) {
    return this.#random.pick(this.#members.filter((other) => other !== member))
  }

  anyMortal() {
    return this.#random.pick(this.#members.filter(({ isMortal }) => isMortal))
  }

  /** Asks a member for something. One that is down, or ends meanwhile, has not done it. */
  async ask(member, order, args) {
    await member.up
    const { process } = member
    try {
      return await process.call(order, args)
    } catch (err) {
      if (!member.isDown && member.process === process)
        this.problems.push(`${member.name}: ${order}: ${err.message}`)
      return null
    }
  }

  /** Ends a member, and starts it again. @param isKilled  otherwise it closes its store */
  restart(member, isKilled) {
    return (member.up = member.up.then(async () => {
      const { process } = member
      member.isDown = true
      if (isKilled) await process.kill()
      else
        await process.call('leave').then(
          () => process.exit,
          (err) => this.problems.push(`${member.name} closes: ${err.message}`)
        )
      await this.#start(member)
    }))
  }

  connect(member, hub) {
    return this.ask(member, 'connect', {
      hub: hub.name,
      port: member.isJudged ? hub.ports?.judged : hub.ports?.open
    })
  }

  async connectAll() {
    for (const { up } of this.#members) await up
    for (const [member, hub] of this.#connections) {
      const connected = await this.ask(member, 'connected')
      if (!connected?.includes(hub.name)) await this.connect(member, hub)
    }
  }

  /** Changes who may have a core. */
  judge() {
    const [core, member] = [this.anyCore(), this.#random.pick(this.#judged)]
    return this.#judge(core, member, !this.#rules.has(ruleOf(core, member)))
  }

  /** @returns who is not level after so long */
  async level(ms) {
    const all = await Promise.all(this.#members.map((member) => this.ask(member, 'level', { ms })))
    return all.flatMap((streams, i) => (streams ?? []).map((text) => `${this.#members[i].name}: ${text}`))
  }

  /** @returns which copies are not equal, or where they should not be */
  async compare() {
    const keys = this.#all.map(({ key }) => key)
    const states = await Promise.all(this.#members.map((member) => this.ask(member, 'states', { keys })))
    return this.#all.flatMap((core, i) => {
      const first = JSON.stringify(states[core.owner.index]?.[i])
      return this.#members.flatMap((member) => {
        const state = JSON.stringify(states[member.index]?.[i])
        const isRight = this.#isKept(core, member)
          ? this.#mayKeep(core, member) || states[member.index]?.[i]?.length === 0
          : state === first
        if (isRight) return []
        return [`${core.name}: ${first} there, ${state} at ${member.name}`]
      })
    })
  }

  /** @returns by name: bytes that are alive and resident, open cores, and what was reported */
  async figures() {
    const all = await Promise.all(this.#members.map((member) => this.ask(member, 'figures')))
    return Object.fromEntries(this.#members.map(({ name }, i) => [name, all[i]]))
  }

  get #judged() {
    return this.#members.filter(({ isJudged }) => isJudged)
  }

  get #connections() {
    const hubs = this.#members.filter(({ isHub }) => isHub)
    return this.#members.flatMap((member) =>
      hubs.filter((hub) => hub.index < member.index).map((hub) => [member, hub])
    )
  }

  /** Its own cores are never kept from a stranger. */
  #isKept(core, member) {
    return this.#rules.has(ruleOf(core, member))
  }

  #mayKeep(core, member) {
    return !this.#always.has(ruleOf(core, member))
  }

  async #judge(core, member, isDenied) {
    if (core.owner === member) return
    const name = ruleOf(core, member)
    if (isDenied) this.#rules.add(name)
    else this.#rules.delete(name)
    if (!isDenied) this.#always.delete(name)
    const hubs = this.#members.filter(({ isHub }) => isHub)
    const args = { rule: `${core.discoveryKey} ${member.publicKey}`, key: core.key, isDenied }
    await Promise.all(hubs.map((hub) => this.ask(hub, 'rule', args)))
  }

  async #start(member) {
    const directory = join(this.#directory, String(member.index))
    await mkdir(directory, { recursive: true })
    member.process = new Member(new URL('member.mjs', import.meta.url), { flags: ['--expose-gc'] })
    const rules = this.#members.flatMap((judged) =>
      this.#all
        .filter((core) => this.#isKept(core, judged))
        .map((core) => `${core.discoveryKey} ${judged.publicKey}`)
    )
    const kind = member.index % 2 === 1 ? 'files' : 'rocks'
    const { publicKey } = await member.process.call('open', {
      directory,
      kind,
      seed: member.index + 1,
      rules
    })
    member.publicKey = publicKey
    if (member.isHub) member.ports = await member.process.call('listen')
    member.isDown = false
  }
}

function ruleOf(core, member) {
  return `${core.name} ${member.index}`
}
