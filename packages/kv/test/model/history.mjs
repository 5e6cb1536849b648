/**
 * The batches that a store was given, and how many of them it must hold: the acknowledged ones that what happened to
 * it spares, or a longer prefix. A batch whose writing failed may be there all the same, until one after it is
 * acknowledged: then it is not. One that was refused before it was written never is, whatever comes after it.
 */
export class History {
  /** @param durability  of the engine: what an acknowledged batch survives */
  constructor(durability) {
    this.durability = durability
    this.batches = []
    this.nothing = { entries: new Map() }
    /** of the batches, so many survive the end of the process, and a loss of power */
    this.visible = 0
    this.durable = 0
  }

  /** @returns what acknowledged() and unwritten() want */
  given(ops) {
    this.batches.push({ ops, isAcknowledged: false })
    return this.batches.at(-1)
  }

  /** In the order of the calls. */
  acknowledged(batch) {
    batch.isAcknowledged = true
    const at = this.batches.indexOf(batch)
    this.batches = this.batches.filter((each, i) => i > at || i < this.visible || each.isAcknowledged)
    this.visible = this.batches.indexOf(batch) + 1
    if (this.durability === 'power') this.durable = this.visible
  }

  /** Refused before anything of it was written. */
  unwritten(batch) {
    this.batches = this.batches.filter((each) => each !== batch)
  }

  /** the last batch that was acknowledged; undefined = none */
  get last() {
    return this.batches[this.visible - 1]
  }

  /** flush() resolved. @param batch  the last one that was acknowledged when it was called */
  flushed(batch) {
    this.durable = Math.max(this.durable, this.batches.indexOf(batch) + 1)
  }

  /**
   * What a store holds that was opened again.
   * @param isPowerLost  since it was last read
   * @throws when that cannot be
   */
  found(state, isPowerLost) {
    const least = isPowerLost ? this.durable : this.visible
    const states = this.states()
    const count = states.findLastIndex((each, i) => i >= least && each === state)
    if (count === -1) {
      const at = states.lastIndexOf(state)
      const what = at === -1 ? 'a state that never was' : `${at} batches`
      throw new Error(`${what} where at least ${least} of ${states.length - 1} must be there`)
    }
    this.batches.length = count
    this.visible = count
    this.durable = Math.min(this.durable, count)
  }

  /** What the store holds now. @throws when it is anything else */
  holds(state) {
    if (state !== this.states()[this.visible]) throw new Error('not what was acknowledged')
  }

  /** @returns states()[n]: after n batches */
  states() {
    const states = [textOf(new Map())]
    let before = this.nothing
    for (const batch of this.batches) {
      if (batch.after?.before !== before) {
        const entries = apply(before.entries, batch.ops)
        batch.after = { before, entries, text: textOf(entries) }
      }
      before = batch.after
      states.push(before.text)
    }
    return states
  }
}

function apply(entries, ops) {
  const after = new Map(entries)
  for (const op of ops) {
    if (op.type === 'put') after.set(text(op.key), hash(op.value))
    else if (op.type === 'del') after.delete(text(op.key))
    else for (const key of after.keys()) if (key >= text(op.start) && key < text(op.end)) after.delete(key)
  }
  return after
}

/** @param entries  iterable of [key, value] as texts, in any order */
function textOf(entries) {
  return [...entries]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map((entry) => entry.join(' '))
    .join('\n')
}

/** Everything that an engine holds, in the same form as the states of a History. */
export async function contents(engine) {
  const iterator = engine.iterator({})
  const entries = []
  try {
    for (let more; (more = await iterator.next(1000)).length > 0;)
      entries.push(...more.map(({ key, value }) => [text(key), hash(value)]))
  } finally {
    await iterator.close()
  }
  return textOf(entries)
}

function text(bytes) {
  return Buffer.from(bytes).toString('latin1')
}

/** FNV-1a, and the length. */
function hash(bytes) {
  let sum = 0x811c9dc5
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193)
  return `${bytes.length}:${(sum >>> 0).toString(16)}`
}
