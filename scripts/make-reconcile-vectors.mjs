// Writes packages/reconcile/test/vectors/*.json: exchanges frame by frame, and indexes record by record, as docs/reconcile.md
// specifies them. The tests read them with a decoder that was written from that page alone. They change only with the version of
// the format: node scripts/build.mjs && node scripts/make-reconcile-vectors.mjs
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { MemoryEngine } from '../packages/kv/dist/index.js'
import { Index, Reconciler } from '../packages/reconcile/dist/index.js'

/** @typedef {import('../packages/reconcile/dist/index.js').Item} Item */

/** @typedef {{ name: string, idBytes: number, versionBytes: number, secret: string | null, common: number, only: [number, number], changed: number, frameBytes: number }} Case */

const VECTORS = new URL('../packages/reconcile/test/vectors/', import.meta.url)

/** @type {Case[]} */
const CASES = [
  {
    name: 'nothing',
    idBytes: 16,
    versionBytes: 8,
    secret: null,
    common: 0,
    only: [0, 0],
    changed: 0,
    frameBytes: 65536
  },
  {
    name: 'the same',
    idBytes: 16,
    versionBytes: 8,
    secret: null,
    common: 5,
    only: [0, 0],
    changed: 0,
    frameBytes: 65536
  },
  {
    name: 'one side has nothing',
    idBytes: 16,
    versionBytes: 8,
    secret: null,
    common: 0,
    only: [0, 3],
    changed: 0,
    frameBytes: 65536
  },
  {
    name: 'few items',
    idBytes: 8,
    versionBytes: 1,
    secret: null,
    common: 10,
    only: [2, 1],
    changed: 2,
    frameBytes: 65536
  },
  {
    name: 'no versions, and a secret',
    idBytes: 32,
    versionBytes: 0,
    secret: '07'.repeat(32),
    common: 100,
    only: [2, 3],
    changed: 0,
    frameBytes: 65536
  },
  {
    name: 'frames that are full',
    idBytes: 16,
    versionBytes: 8,
    secret: null,
    common: 300,
    only: [90, 90],
    changed: 20,
    frameBytes: 4096
  }
]

/** @param {Uint8Array} bytes */
const hex = (bytes) => Buffer.from(bytes).toString('hex')

/** @param {string} text @param {number} length */
const bytes = (text, length) =>
  Uint8Array.from(createHash('sha512').update(text).digest().subarray(0, length))

write('exchanges.json', await Promise.all(CASES.map(exchange)))
write('versions.json', await Promise.all([2, 255].map(otherVersion)))
write('indexes.json', [await index(null), await index('0102')])

/** @param {Case} each */
async function exchange({ name, idBytes, versionBytes, secret, common, only, changed, frameBytes }) {
  /** @param {string} text @param {number} version @returns {Item} */
  const item = (text, version) => ({
    id: bytes(text, idBytes),
    version: bytes(`${text}/${version}`, versionBytes)
  })
  const sets = [0, 1].map((side) => [
    ...Array.from({ length: common }, (_, i) => item(`common ${i}`, i < changed ? side : 0)),
    ...Array.from({ length: only[side] ?? 0 }, (_, i) => item(`only ${side} ${i}`, 0))
  ])
  const options = { idBytes, versionBytes, secret: secret === null ? null : Buffer.from(secret, 'hex') }
  const indexes = [new Index(options), new Index(options)]
  for (const [i, each] of indexes.entries()) await each.rebuild(sets[i] ?? [], { stamp: new Uint8Array(0) })
  const sides = indexes.map((each) => new Reconciler(each, { frameBytes }))
  /** @type {string[]} */
  const frames = []
  /** @type {string[][]} */
  const differences = [[], []]
  for (let frame = await sides[0]?.initiate(), turn = 1; frame; turn = 1 - turn) {
    frames.push(hex(frame))
    const received = await sides[turn]?.receive(frame)
    for (const { id, ours, theirs } of received?.differences ?? [])
      differences[turn]?.push([hex(id), ours ? hex(ours) : '-', theirs ? hex(theirs) : '-'].join(' '))
    frame = received?.reply ?? undefined
  }
  const [a, b] = sets.map((set) => set.map(({ id, version }) => `${hex(id)} ${hex(version)}`.trim()))
  return {
    name,
    idBytes,
    versionBytes,
    secret,
    a,
    b,
    frames,
    differences: differences.map((each) => each.toSorted())
  }
}

/** What is said to the first frame of a side that speaks later versions only. @param {number} version */
async function otherVersion(version) {
  const side = new Reconciler(new Index())
  const frame = `${Buffer.of(version).toString('hex')}abcdef`
  await side.receive(Buffer.from(frame, 'hex')).catch(() => {})
  return { frame, reply: side.farewell && hex(side.farewell), oldest: 1, newest: 1 }
}

/** An index as it is stored, after a rebuild and after a flush. @param {string | null} prefix */
async function index(prefix) {
  const engine = new MemoryEngine()
  await engine.open()
  const each = new Index({ engine, prefix: Buffer.from(prefix ?? '', 'hex') })
  const items = Array.from({ length: 120 }, (_, i) => ({
    id: bytes(`${i}`, 16),
    version: bytes(`${i}/0`, 8)
  }))
  await each.rebuild(items, { stamp: Buffer.from('rebuilt') })
  const rebuilt = await entries(engine)
  for (const { id } of items.slice(0, 30)) await each.remove(id)
  for (const { id } of items.slice(30, 40)) await each.update(id, bytes('changed', 8))
  for (let i = 200; i < 260; i++) await each.insert(bytes(`${i}`, 16), bytes(`${i}/0`, 8))
  await each.flush({ stamp: Buffer.from('flushed') })
  const flushed = await entries(engine)
  const left = []
  for await (const { id, version } of each.iterator()) left.push(`${hex(id)} ${hex(version)}`)
  return {
    prefix: prefix ?? '',
    idBytes: 16,
    versionBytes: 8,
    secret: null,
    rebuilt: {
      stamp: hex(Buffer.from('rebuilt')),
      items: items.map(({ id, version }) => `${hex(id)} ${hex(version)}`).toSorted(),
      entries: rebuilt
    },
    flushed: { stamp: hex(Buffer.from('flushed')), items: left, entries: flushed }
  }
}

/** @param {MemoryEngine} engine */
async function entries(engine) {
  const iterator = engine.iterator({})
  const found = await iterator.next(1000)
  await iterator.close()
  return found.map(({ key, value }) => `${hex(key)} ${hex(value)}`)
}

/** @param {string} file @param {unknown} vectors */
function write(file, vectors) {
  const about =
    'Written by scripts/make-reconcile-vectors.mjs; docs/reconcile.md says what the bytes are. Everything is hex.'
  writeFileSync(new URL(file, VECTORS), `${JSON.stringify({ about, vectors }, null, 1)}\n`)
}
