import { createHash } from 'node:crypto'
import HyperDHT from 'hyperdht'

/** What the wire does to every packet, in each direction. */
export const WEATHER = { delayMs: 15, loss: 0.02 }

/** Where cleo is killed: the core, and how many of its blocks she has by then. */
export const DEATH = { core: 'ann/open', blocks: 120 }

const BLOCK_BYTES = 2048

/**
 * Who is there. `writes`: blocks of each core, which lies in the namespace of its name. `hands` and `takes` are the
 * host's policy: may this core go to, or come from, this other host? null = the host has no policy.
 */
export const HOSTS = {
  ann: {
    writes: { open: 360, team: 120, diary: 20 },
    // by the namespace that the core lies in; what others wrote lies in none
    hands: (core, to) => core === 'ann/open' || (core === 'ann/team' && ['ben', 'cleo'].includes(to)),
    takes: () => true
  },
  ben: {
    writes: { notes: 60 },
    hands: (_core, to) => ['ann', 'cleo'].includes(to),
    // what ann wrote from ann alone, not from those who have a copy
    takes: (core, from) => !core.startsWith('ann/') || from === 'ann'
  },
  // a mirror: takes what it gets, and gives nothing on
  cleo: { writes: {}, hands: () => false, takes: () => true },
  // no policy: whatever she has, everybody has who knows its key
  dora: { writes: { blog: 40 }, hands: null, takes: null },
  // a publisher: never downloads
  eve: { writes: { news: 60 }, hands: (_core, to) => ['ann', 'dora'].includes(to), takes: () => false }
}

export const NAMES = Object.keys(HOSTS)

/** The cores as 'writer/name'. */
export const CORES = NAMES.flatMap((host) => Object.keys(HOSTS[host].writes).map((name) => `${host}/${name}`))

export const writerOf = (core) => core.split('/')[0]

/** Blocks that a core begins with. */
export const firstLength = (core) => HOSTS[writerOf(core)].writes[core.split('/')[1]]

/** May blocks of this core go from one host to the other? Both have a say. */
export function mayPass(core, from, to) {
  const { hands } = HOSTS[from]
  const { takes } = HOSTS[to]
  return (hands === null || hands(core, to)) && (takes === null || takes(core, from))
}

/** The hosts that end with a core: its writer, and whoever it may reach over any of them. */
export function holders(core) {
  const all = new Set([writerOf(core)])
  // a Set that grows while it is walked is walked to its new end
  for (const from of all) for (const to of NAMES) if (mayPass(core, from, to)) all.add(to)
  return all
}

/** The same for every run: policies name peers by their public key. */
export function keyPair(host) {
  return HyperDHT.keyPair(createHash('sha256').update(`mesh ${host}`).digest())
}

/** Begins with what a disk is searched for; the rest cannot be compressed. */
export function block(core, index) {
  const bytes = Buffer.alloc(BLOCK_BYTES)
  for (let at = 0, i = 0; at < bytes.length; i++) {
    at += createHash('sha512').update(`${core} ${index} ${i}`).digest().copy(bytes, at)
  }
  bytes.write(`${marker(core)}${index};`)
  return bytes
}

export function marker(core) {
  return `<block of ${core}> `
}
