/** @typedef {import('@manycore/kv').Op} Op */

/** @typedef {{ before: State | null, entries: Map<string, string>, text: string }} State  after a batch: what was before it, and what is there */

/** @typedef {{ ops: readonly Op[], isAcknowledged: boolean, after?: State }} Batch */

/**
 * The batches that a store was given, and how many of them it must hold: the acknowledged ones that what happened to
 * it spares, or a longer prefix. A batch whose writing failed may be there all the same, until one after it is
 * acknowledged: then it is not. One that was refused before it was written never is, whatever comes after it.
 */
export class History {
  /** @param {'process' | 'power'} durability  of the engine: what an acknowledged batch survives */
  constructor(durability) {
    this.durability = durability
    /** @type {Batch[]} */
    this.batches = []
    /** @type {State} */
    this.nothing = { before: null, entries: new Map(), text: '' }
    /** of the batches, so many survive the end of the process, and a loss of power */
    this.visible = 0
    this.durable = 0
  }

  /**
   * @param {readonly Op[]} ops
   * @returns {Batch} what acknowledged() and unwritten() want
   */
  given(ops) {
    const batch = { ops, isAcknowledged: false }
    this.batches.push(batch)
    return batch
  }

  /**
   * In the order of the calls.
   * @param {Batch} batch
   */
  acknowledged(batch) {
    batch.isAcknowledged = true
    const at = this.batches.indexOf(batch)
    this.batches = this.batches.filter((each, i) => i > at || i < this.visible || each.isAcknowledged)
    this.visible = this.batches.indexOf(batch) + 1
    if (this.durability === 'power') this.durable = this.visible
  }

  /**
   * Refused before anything of it was written.
   * @param {Batch} batch
   */
  unwritten(batch) {
    this.batches = this.batches.filter((each) => each !== batch)
  }

  /** the last batch that was acknowledged; undefined = none */
  get last() {
    return this.batches[this.visible - 1]
  }

  /**
   * flush() resolved.
   * @param {Batch | undefined} batch  the last one that was acknowledged when it was called
   */
  flushed(batch) {
    const count = batch === undefined ? 0 : this.batches.indexOf(batch) + 1
    this.durable = Math.max(this.durable, count)
  }

  /**
   * What a store holds that was opened again.
   * @param {boolean} isPowerLost  since it was last read
   * @param {string} state
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

  /**
   * What the store holds now.
   * @param {string} state
   * @throws when it is anything else
   */
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

/**
 * @param {Map<string, string>} entries
 * @param {readonly Op[]} ops
 */
function apply(entries, ops) {
  const after = new Map(entries)
  for (const op of ops) {
    if (op.type === 'put') after.set(text(op.key), hash(op.value))
    else if (op.type === 'del') after.delete(text(op.key))
    else for (const key of after.keys()) if (key >= text(op.start) && key < text(op.end)) after.delete(key)
  }
  return after
}

/** @param {Iterable<readonly [string, string]>} entries  iterable of [key, value] as texts, in any order */
function textOf(entries) {
  return [...entries]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map((entry) => entry.join(' '))
    .join('\n')
}

/**
 * Everything that an engine holds, in the same form as the states of a History.
 * @param {import('@manycore/kv').Engine} engine
 */
export async function contents(engine) {
  const iterator = engine.iterator({})
  /** @type {[string, string][]} */
  const entries = []
  try {
    for (let more = await iterator.next(1000); more.length > 0; more = await iterator.next(1000))
      for (const { key, value } of more) entries.push([text(key), hash(value)])
  } finally {
    await iterator.close()
  }
  return textOf(entries)
}

/** @param {Uint8Array} bytes */
function text(bytes) {
  return Buffer.from(bytes).toString('latin1')
}

/**
 * FNV-1a, and the length.
 * @param {Uint8Array} bytes
 */
function hash(bytes) {
  let sum = 0x811c9dc5
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193)
  return `${bytes.length}:${(sum >>> 0).toString(16)}`
}
