// The parts of each row of the stores that every store has to do: one entry per row, one function per part.
import { CONTENDERS } from './contenders.mjs'
import { commits, gets, puts, writes } from './disk.mjs'
import { hashes, keyPairs, signatures, together, verifications } from './keys.mjs'
import { bitfieldIndexes, requireHypercore, sessions } from './hypercore.mjs'
import { channels, messages } from './wire.mjs'

/** @typedef {import('../measure/table.mjs').Figures} Figures */

/** @typedef {{ contender: string, scale: number, directory: string }} Context */

/** What Hypercore 11.37.1 writes for a new core and for one block: a bitfield page, and small records. */
const PAGE = 4096
const RECORDS = 9

/** @type {Record<string, Record<string, (context: Context) => Figures | Promise<Figures>>>} */
const FLOORS = {
  'open 10,000 stored named cores': {
    'rocksdb-native': gets(10_000, 6),
    quickbit: bitfieldIndexes(20_000)
  },
  'get and close, 20,000 cycles': {
    hypercore: sessions(20_000),
    libsodium: hashes(20_000, 32)
  },
  'create 10,000 named cores with one block': {
    'rocksdb-native': puts(10_000, RECORDS, PAGE, 64),
    'random-access-file': writes(10_000 / 64, 64 * (PAGE + RECORDS * 100)),
    libsodium: together(keyPairs(10_000), signatures(10_000)),
    quickbit: bitfieldIndexes(20_000)
  },
  'create, append and close a core, one at a time, 2,000 times': {
    'rocksdb-native': puts(4_000, RECORDS / 2, PAGE / 2, 1),
    'random-access-file': writes(4_000, (PAGE + RECORDS * 100) / 2),
    libsodium: together(keyPairs(2_000), signatures(2_000)),
    quickbit: bitfieldIndexes(4_000)
  },
  'replicate 2,000 cores × 5 blocks, all open': {
    'rocksdb-native': puts(10_000, 5, PAGE, 64),
    libsodium: verifications(2_000),
    'noise stream': messages(20_000, 300)
  },
  'replicate one core, 100,000 × 100 B': {
    'rocksdb-native': puts(100_000, 3, 100, 64),
    libsodium: hashes(200_000, 100),
    'noise stream': messages(200_000, 200)
  },
  'replicate one core, 2,000 × 64 KiB': {
    'rocksdb-native': puts(2_000, 2, 65_536, 8),
    libsodium: hashes(2_000, 65_536),
    'noise stream': messages(2_000, 65_800)
  },
  'remote asks for 5,000 stored, closed cores': {
    'rocksdb-native': gets(5_000, 8),
    libsodium: verifications(5_000),
    'noise stream': messages(30_000, 200),
    quickbit: bitfieldIndexes(20_000)
  },
  'attach 10 streams × 1,000 open cores': { protomux: channels(10, 1_000) },
  'append, one writer, 5,000 appends': { 'rocksdb-native': commits(5_000), libsodium: signatures(5_000) },
  'require() of the package': { hypercore: requireHypercore }
}

export const WORKLOADS = Object.fromEntries(
  Object.entries(FLOORS).map(([row, parts]) => [
    row,
    {
      skip: Object.keys(CONTENDERS).filter((name) => !(name in parts)),
      /** @param {Context} context */
      measure: (context) => parts[context.contender]?.(context)
    }
  ])
)
