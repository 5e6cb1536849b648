import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import b4a from 'b4a'
import Hypercore from 'hypercore'
import { keyPair } from 'hypercore-crypto'
import RandomAccessFile from 'random-access-file'
import { expect, test } from 'vitest'
import { journalOf, openStorage } from '../../src/index.js'
import type { Checkpoint } from '../../src/index.js'
import { temporary } from '../temporary.js'
import { noted } from './changes.js'

const KILLS = 20
const CORES = 4
const WRITER = fileURLToPath(new URL('../fixtures/appends-until-killed.cjs', import.meta.url))

test.each(['files', 'rocksdb'])(
  `on %s, killed ${KILLS} times in mid-append, everything that changed since the checkpoint is told`,
  { timeout: 300_000 },
  async (kind) => {
    const directory = temporary()
    let before: { at: Checkpoint; states: Map<string, string> } | null = null
    for (let kill = 0; kill < KILLS; kill++) {
      if (before !== null) await killed(kind, directory, 1 + ((kill * 7) % 40))
      const storage = open(kind, directory)
      const cores = Array.from({ length: CORES }, (_, i) => coreOf(storage, i))
      for (const core of cores) await core.ready()
      const journal = journalOf(storage)!
      const states = new Map(cores.map((core) => [b4a.toString(core.discoveryKey!, 'hex'), stateOf(core)]))
      if (before !== null) {
        expect(journal.epoch, `kill ${kill}`).toEqual(before.at.epoch)
        const told = new Set(await noted(journal, before.at))
        const changed = [...states].filter(([name, state]) => before!.states.get(name) !== state)
        expect(changed.length, `kill ${kill}: the writer was killed before it wrote`).toBeGreaterThan(0)
        for (const [name] of changed) expect(told.has(name), `kill ${kill}`).toBe(true)
      }
      await cores[kill % CORES]!.append('here')
      states.set(b4a.toString(cores[kill % CORES]!.discoveryKey!, 'hex'), stateOf(cores[kill % CORES]!))
      before = { at: await journal.checkpoint(), states }
      await storage.close()
    }
  }
)

/** Runs a writer, and kills it once it has appended so many times. */
async function killed(kind: string, directory: string, appends: number): Promise<void> {
  const writer = spawn(process.execPath, [WRITER, kind, directory, String(CORES)], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const gone = new Promise((resolve) => writer.once('exit', resolve))
  let lines = 0
  for await (const text of writer.stdout) {
    lines += String(text).split('\n').length - 1
    if (lines < appends) continue
    writer.kill('SIGKILL')
    break
  }
  await gone
}

function open(kind: string, directory: string): ReturnType<typeof openStorage> {
  return openStorage(kind === 'files' ? (name) => new RandomAccessFile(name, { directory }) : directory)
}

function coreOf(storage: ReturnType<typeof openStorage>, i: number): Hypercore {
  const pair = keyPair(b4a.alloc(32, i + 1))
  const manifest = { version: 1, signers: [{ publicKey: pair.publicKey }] }
  return new Hypercore(storage, Hypercore.key(manifest), { keyPair: pair, manifest })
}

function stateOf(core: Hypercore): string {
  return `${core.fork} ${core.length} ${core.contiguousLength}`
}
