// Writes packages/keychain/test/vectors/corestore.json: keys that npm corestore 7 and 6 both give for the same
// seeded inputs. Fails where the two disagree, or where either disagrees with golden.json (UPSTREAM's vectors,
// kept by hand). Run it again when an upstream version changes: node scripts/make-key-vectors.mjs
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Corestore7 from 'corestore'
import Corestore6 from 'corestore6'

/** @typedef {{ utf8?: string, hex?: string }} Name  one of the two */

/** @typedef {{ primaryKey: string, namespaces: Name[], name: Name }} Input  primaryKey: hex */

/** @typedef {Record<'ns' | 'publicKey' | 'key' | 'discoveryKey', string>} Keys  hex */

/** @typedef {Corestore7 | Corestore6} Store */

const require = createRequire(import.meta.url)
const VECTORS = new URL('../packages/keychain/test/vectors/', import.meta.url)
const SEED = 'manycore key vectors 1'
const PRIMARY_KEYS = 10
const NAMES_PER_KEY = 10

const WORDS = [
  'main',
  'log',
  'a',
  'a/b',
  'a b',
  ' ',
  '\0',
  '0',
  'null',
  'naïve',
  'nai\u0308ve', // the same to the eye, decomposed: another name
  'é',
  '名前',
  'имя',
  'اسم',
  'नाम',
  '🗝️',
  '👩‍👩‍👧',
  '\u{10ffff}',
  '\ufeffbom',
  'line\nbreak',
  '\u200b'
]

/**
 * An endless, repeatable supply of bytes: SHA-256 of the seed, a label and a counter.
 * @param {string} label
 */
function createRandom(label) {
  let counter = 0
  const block = () => createHash('sha256').update(`${SEED}/${label}/${counter++}`).digest()
  /** @param {number} n */
  const below = (n) => block().readUInt32BE(0) % n
  return {
    below,
    /**
     * @template T
     * @param {T[]} list
     */
    pick: (list) => /** @type {T} */ (list[below(list.length)]),
    /** @param {number} n */
    bytes: (n) => Buffer.concat(Array.from({ length: Math.ceil(n / 32) }, block)).subarray(0, n)
  }
}

/**
 * @param {ReturnType<typeof createRandom>} random
 * @returns {Name}
 */
function randomName(random) {
  switch (random.below(6)) {
    case 0:
      return { hex: random.bytes(random.below(80)).toString('hex') }
    case 1:
      return { utf8: random.pick(WORDS).repeat(1 + random.below(400)) } // past BLAKE2b's 128-byte block
    case 2:
      return { utf8: random.bytes(1 + random.below(24)).toString('base64') }
    default:
      return { utf8: random.pick(WORDS) }
  }
}

/** @returns {Input[]} */
function createInputs() {
  const random = createRandom('inputs')
  /** @type {Input[]} */
  const inputs = []
  for (let i = 0; i < PRIMARY_KEYS; i++) {
    const primaryKey = random.bytes(32).toString('hex')
    for (let j = 0; j < NAMES_PER_KEY; j++) {
      const namespaces = Array.from({ length: random.below(4) }, () => randomName(random))
      inputs.push({ primaryKey, namespaces, name: randomName(random) })
    }
  }
  // The edges, whatever the dice say.
  const edges = [
    { primaryKey: '00'.repeat(32), namespaces: [], name: { utf8: '' } },
    { primaryKey: 'ff'.repeat(32), namespaces: [{ utf8: '' }], name: { hex: '' } },
    { namespaces: [{ hex: 'ff' }], name: { hex: '00'.repeat(32) } },
    { namespaces: [], name: { utf8: 'x'.repeat(10_000) } }
  ]
  return inputs.map((input, i) => ({ ...input, ...edges[i] }))
}

/** @param {Name} name */
const fromJSON = (name) => (name.hex === undefined ? (name.utf8 ?? '') : Buffer.from(name.hex, 'hex'))

/**
 * What one corestore gives for each input, from cores that it really creates.
 * @param {(dir: string, primaryKey: Buffer) => Store} open
 * @param {(store: Store) => Uint8Array | undefined} namespaceOf
 * @param {Input[]} inputs
 */
async function deriveAll(open, namespaceOf, inputs) {
  const dir = await mkdtemp(join(tmpdir(), 'manycore-key-vectors-'))
  const results = []
  try {
    for (const [i, input] of inputs.entries()) {
      const root = open(join(dir, String(i)), Buffer.from(input.primaryKey, 'hex'))
      await root.ready()
      let store = root
      for (const name of input.namespaces) store = store.namespace(fromJSON(name))
      const name = fromJSON(input.name)
      const keyPair = await store.createKeyPair(name)
      // get({ name }) refuses empty names, and bytes in version 6: those go by key pair.
      const core = store.get(typeof name === 'string' && name ? { name } : { keyPair })
      await core.ready()
      results.push({
        ns: hex(namespaceOf(store)),
        publicKey: hex(keyPair.publicKey),
        key: hex(core.key),
        discoveryKey: hex(core.discoveryKey)
      })
      await root.close()
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
  return results
}

/** @param {Uint8Array | null | undefined} bytes  as corestore has them once it is ready */
function hex(bytes) {
  if (!bytes) throw new Error('corestore has not what it had before')
  return Buffer.from(bytes).toString('hex')
}

/**
 * @param {string} dir
 * @param {Buffer} primaryKey
 */
const open7 = (dir, primaryKey) => new Corestore7(dir, { primaryKey, unsafe: true, manifestVersion: 1 })
/**
 * @param {string} dir
 * @param {Buffer} primaryKey
 */
const open6 = (dir, primaryKey) => new Corestore6(dir, { primaryKey, compat: false, manifestVersion: 1 })

/** @type {(Input & Partial<Keys>)[]} */
const golden = JSON.parse(await readFile(new URL('golden.json', VECTORS), 'utf8')).vectors
const inputs = createInputs()
/** @type {(Input & Partial<Keys>)[]} */
const all = [...golden, ...inputs]
const from7 = await deriveAll(open7, (store) => ('ns' in store ? store.ns : undefined), all)
const from6 = await deriveAll(open6, (store) => ('_namespace' in store ? store._namespace : undefined), all)

for (const [i, input] of all.entries()) {
  for (const field of /** @type {const} */ (['ns', 'publicKey', 'key', 'discoveryKey'])) {
    const derived = from7[i]?.[field]
    if (derived === undefined || derived !== from6[i]?.[field]) {
      throw new Error(`corestore 7 and 6 disagree on ${field} of ${JSON.stringify(input)}`)
    }
    // A golden value is a prefix where only its start is on record.
    if (!derived.startsWith(input[field] ?? '')) {
      throw new Error(`corestore 7 and 6 disagree with golden.json on ${field} of ${JSON.stringify(input)}`)
    }
  }
}

const file = {
  about: 'Written by scripts/make-key-vectors.mjs; corestore 7 and 6 agree on every value.',
  corestore: [require('corestore/package.json').version, require('corestore6/package.json').version],
  manifestVersion: 1,
  vectors: inputs.map((input, i) => ({ ...input, ...from7[golden.length + i] }))
}
await writeFile(new URL('corestore.json', VECTORS), JSON.stringify(file, null, 2) + '\n')
console.log(`${file.vectors.length} vectors, corestore ${file.corestore.join(' and ')} agree`)
