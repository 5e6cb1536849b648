import { mkdtemp, rm } from 'node:fs/promises'
import { constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Member } from '../processes/member.mjs'

/** @typedef {import('./attacks/attack.mjs').Core} Core */

/** @typedef {'ours' | 'stock'} Kind  of store: ours, or npm Corestore */

/** How long a process may leave a call unanswered until it counts as dead. */
const STUCK_MS = { ours: 60_000, stock: 15_000 }

/** Of the victim's heap; one that needs more dies. */
const HEAP_MB = 2048

const MB = 2 ** 20

/** A victim and an honest peer of it, each in a process of its own. */
export class Stage {
  /**
   * The victim's live heap after each full collection, in bytes: V8 says so even while the loop stands.
   * @type {number[]}
   */
  collections = []
  /**
   * What was measured here last without an attack; null = nothing yet.
   * @type {import('./play.mjs').Control | null}
   */
  control = null
  #dir
  /** @type {Member[]} */
  #members = []
  #count = 0
  #ports = { honest: 0, hostile: 0 }
  /** The keys of the cores that the victim mirrors. @type {string[]} */
  #stored = []

  /**
   * @param {string} dir
   * @param {Kind} kind
   * @param {boolean} isMirrored  the victim mirrors
   */
  constructor(dir, kind, isMirrored) {
    this.#dir = dir
    this.kind = kind
    this.isMirrored = isMirrored
    this.victim = this.#begin('victim.mjs', {
      flags: ['--expose-gc', '--trace-gc', `--max-old-space-size=${HEAP_MB}`],
      online: (line) => this.#note(line)
    })
    this.honest = this.#begin('honest.mjs')
    // A hostile peer runs on a machine of its own. Here it gets what the others leave, so that it takes no time of theirs.
    for (const { pid } of [this.victim, this.honest]) prefer(pid)
  }

  /**
   * @param {Kind} kind
   * @param {boolean} [isMirrored]
   * @returns {Promise<Stage>}
   */
  static async open(kind, isMirrored = false) {
    const dir = await mkdtemp(join(tmpdir(), 'manycore-hostile-'))
    const stage = new Stage(dir, kind, isMirrored)
    try {
      stage.#ports = await stage.ask(stage.victim, 'open', { dir: join(dir, 'victim'), kind, isMirrored })
      if (isMirrored) stage.#stored = await stage.ask(stage.victim, 'fill')
      await stage.ask(stage.honest, 'open', { dir: join(dir, 'honest'), port: stage.#ports.honest })
      return stage
    } catch (err) {
      await stage.close()
      throw err
    }
  }

  /**
   * New cores, which know nothing of the attacks before.
   * @param {boolean} withPartial  one that is held in part as well, which takes two seconds
   * @returns {Promise<Record<Core, string>>} their keys
   */
  async cores(withPartial) {
    const name = `core ${this.#count++}`
    const mirror = await this.ask(this.honest, 'write')
    const ours = await this.ask(this.victim, 'cores', { name, mirror })
    const partial = withPartial ? await this.ask(this.victim, 'partial', { name: `${name} in part` }) : ''
    await this.ask(this.honest, 'read', { key: ours })
    return { ours, mirror, partial }
  }

  /**
   * A hostile peer that is connected, and about to attack.
   * @param {string} name
   * @param {import('./attacks/attack.mjs').Attack} attack
   * @param {string} key
   * @returns {Promise<Member>}
   */
  async attacker(name, { transport = 'tcp', streams = 1, isJudged = false }, key) {
    await this.ask(this.victim, 'judge', { isJudged })
    const attacker = this.#begin('attacker.mjs')
    let port = this.#ports.hostile
    if (transport === 'udx') {
      const theirs = await this.ask(attacker, 'udx')
      port = await this.ask(this.victim, 'udx', { port: theirs, streams })
    }
    await this.ask(attacker, 'prepare', { name, key, stored: this.#stored, port })
    return attacker
  }

  /**
   * Calls a function of a process.
   * @param {Member} member
   * @param {string} order
   * @param {object} [args]
   * @returns {Promise<any>} rejects if there is no answer, or the process dies
   */
  async ask(member, order, args) {
    const ms = STUCK_MS[this.kind]
    /** @type {NodeJS.Timeout | undefined} */
    let timer
    /** @type {Promise<never>} */
    const tooLate = new Promise((_resolve, reject) => {
      timer = setTimeout(() => reject(new Stuck(`> ${ms / 1000} s without an answer`)), ms)
    })
    try {
      return await Promise.race([member.call(order, args), tooLate])
    } finally {
      clearTimeout(timer)
    }
  }

  async close() {
    await Promise.all(this.#members.map((member) => member.kill()))
    await rm(this.#dir, { recursive: true, force: true })
  }

  /**
   * @param {string} file
   * @param {ConstructorParameters<typeof Member>[1]} [options]
   */
  #begin(file, options) {
    const member = new Member(new URL(`processes/${file}`, import.meta.url), options)
    this.#members.push(member)
    return member
  }

  /** @param {string} line */
  #note(line) {
    const after = /^\[\d+:0x.*Mark-Compact.* -> (\d+(?:\.\d+)?) \(/.exec(line)?.[1]
    if (after !== undefined) this.collections.push(Number(after) * MB)
    return line.startsWith('[')
  }
}

/**
 * Lets a process go before others on this machine, so that they disturb its times less. Only root may, as a rule.
 * @param {number | undefined} pid
 */
function prefer(pid) {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_HIGHEST)
  } catch {
    // Then its times are judged by a control that is disturbed as much.
  }
}

/** A process that has not answered for so long that it counts as dead. */
class Stuck extends Error {
  /** @override */
  name = 'Stuck'
}
