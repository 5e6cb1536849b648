import { randomNumbers } from '../../src/faults/plan.js'
import { type Engine, type Op, RandomAccessEngine } from '../../src/index.js'
import { SMALL } from './places.js'
import { Shelf } from './shelf.js'

export { randomNumbers }

/** Everything a store holds, as one text. */
export async function contents(engine: Engine): Promise<string> {
  const iterator = engine.iterator({})
  const lines: string[] = []
  for (;;) {
    const entries = await iterator.next(1000)
    if (entries.length === 0) break
    for (const { key, value } of entries)
      lines.push(`${Buffer.from(key).toString('hex')} ${Buffer.from(value).toString('base64')}`)
  }
  await iterator.close()
  return lines.join('\n')
}

/** Puts, deletes, ranges, rewritten pages and large values. */
export function randomOps(random: (n: number) => number): Op[] {
  const key = (): Uint8Array => Buffer.from(`key ${random(150)}`)
  return Array.from({ length: 1 + random(6) }, (): Op => {
    const kind = random(12)
    if (kind === 0) return { type: 'delRange', start: key(), end: key() }
    if (kind < 3) return { type: 'del', key: key() }
    if (kind < 5) {
      const page = Buffer.alloc(4096)
      page[random(4096)] = 1 + random(255)
      return { type: 'put', key: Buffer.from(`page ${random(3)}`), value: page }
    }
    return { type: 'put', key: key(), value: Buffer.alloc(random(300), random(256)) }
  })
}

/** A store that was written and left open, as after a crash, and what it held after each batch. */
export interface Recorded {
  readonly files: ReadonlyMap<string, Buffer>
  /** states[k]: after k batches */
  readonly states: readonly string[]
  /** the log that was written last */
  readonly log: string
  /** ends[k]: bytes of that log after k batches; 0 = they are in older files */
  readonly ends: readonly number[]
}

/** The name of the file that holds them all. */
export const ONE = 'one'

/**
 * A store in one file, and for each byte how many batches were acknowledged when it was written.
 */
export async function recordOne(
  seed: number,
  batches = 120
): Promise<{ file: Buffer; states: string[]; ages: Uint16Array }> {
  const random = randomNumbers(seed)
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open(ONE), SMALL)
  const ages = new Uint16Array(8 * 1024 * 1024).fill(batches)
  const states: string[] = []
  shelf.onWrite = (_, offset, length) => void ages.fill(states.length - 1, offset, offset + length)
  await engine.open()
  states.push(await contents(engine))
  while (states.length <= batches) {
    await engine.batch(randomOps(random))
    states.push(await contents(engine))
  }
  await settle(shelf)
  const file = shelf.files.get(ONE)!
  await engine.close()
  return { file, states, ages: ages.subarray(0, file.length) }
}

/** @param tail  batches in the last log, at least */
export async function record(seed: number, batches = 160, tail = 12): Promise<Recorded> {
  const random = randomNumbers(seed)
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open, SMALL)
  await engine.open()
  const states = [await contents(engine)]
  const logs = [newestLog(shelf)]
  while (states.length <= batches || logs.at(-1)!.name !== logs.at(-tail)!.name) {
    await engine.batch(randomOps(random))
    states.push(await contents(engine))
    logs.push(newestLog(shelf))
  }
  await settle(shelf)
  const log = logs.at(-1)!.name
  const files = new Map(shelf.files)
  await engine.close()
  return { files, states, log, ends: logs.map(({ name, bytes }) => (name === log ? bytes : 0)) }
}

/** Until nothing is done in the background any more. */
async function settle(shelf: Shelf): Promise<void> {
  for (let quiet = 0, writes = -1; quiet < 50; quiet++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (shelf.writes !== writes) quiet = 0
    writes = shelf.writes
  }
}

function newestLog({ files }: Shelf): { name: string; bytes: number } {
  const name = [...files.keys()]
    .filter((each) => each.endsWith('.log'))
    .toSorted()
    .at(-1)!
  return { name, bytes: files.get(name)!.length }
}
