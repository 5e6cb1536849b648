import b4a from 'b4a'
import Hypercore from 'hypercore'
import { keyPair } from 'hypercore-crypto'
import RandomAccessMemory from 'random-access-memory'
import { expect, test } from 'vitest'
import { RandomAccessEngine } from '@manycore/kv'
import { FaultFiles } from '@manycore/kv/faults'
import type { FaultAction } from '@manycore/kv/faults'
import { journalOf, openStorage } from '../../src/index.js'
import type { ChangeJournal, Checkpoint } from '../../src/index.js'
import { noted } from './changes.js'

const CORES = 3
const MOST = 500

type Storage = ReturnType<typeof openStorage>

/** What is kept with the journal: where it was, and each core's state by discovery key. */
interface Note {
  readonly at: Checkpoint
  readonly states: Record<string, string>
}

const ACTIONS: readonly FaultAction[] = ['fail', 'fail-after', 'tear']
const cases = ACTIONS.flatMap((action) => ['the process', 'the power'].map((ends) => ({ action, ends })))

test.each(cases)(
  'in files, whichever write does $action, and $ends ends: all that changed since the note is told, or its epoch is over',
  async ({ action, ends }) => {
    let compared = 0
    let changes = 0
    for (let nth = 1; ; nth++) {
      expect(nth).toBeLessThan(MOST)
      const faults = new FaultFiles(RandomAccessMemory.reusable())
      faults.plan.add({ on: 'write', action, nth })
      const storage = openFiles(faults)
      await history(storage).catch(() => {}) // at the fault, as its callers are told
      const isOver = faults.plan.hits.length === 0
      if (ends === 'the process') await faults.crash()
      else await faults.loseUnsynced({ seed: nth })
      await storage.close().catch(() => {}) // its files are of no more use

      const again = openFiles(faults)
      const journal = journalOf(again)!
      await again.ready()
      const { epoch } = journal
      const note = epoch === null ? null : await read(journal)
      if (note !== null && b4a.equals(note.at.epoch, epoch!)) {
        const told = new Set(await noted(journal, note.at))
        const changed = Object.entries(await statesOf(coresOf(again))).filter(
          ([name, state]) => note.states[name] !== state
        )
        for (const [name] of changed) expect(told.has(name), `write ${nth}`).toBe(true)
        compared++
        changes += changed.length
      }
      await again.close()
      if (isOver) break
    }
    expect(compared).toBeGreaterThan(3)
    expect(changes).toBeGreaterThan(3)
  }
)

/** Notes now and then, and changes cores in between. */
async function history(storage: Storage): Promise<void> {
  const cores = coresOf(storage)
  const journal = journalOf(storage)!
  const [a, b, c] = cores as [Hypercore, Hypercore, Hypercore]
  await a.append('0')
  await b.append('0')
  await note(journal, cores)
  await a.append('1')
  await c.append(['0', '1'])
  await a.append('2')
  await note(journal, cores)
  await c.truncate(1)
  await b.append('1')
  await c.append('2')
}

async function note(journal: ChangeJournal, cores: readonly Hypercore[]): Promise<void> {
  const { epoch, counter } = await journal.checkpoint()
  const value = JSON.stringify({ epoch: b4a.toString(epoch, 'hex'), counter, states: await statesOf(cores) })
  await journal.engine.batch([{ type: 'put', key: keyOf(journal), value: b4a.from(value) }])
}

async function read(journal: ChangeJournal): Promise<Note | null> {
  const [value] = await journal.engine.getMany([keyOf(journal)])
  if (!value) return null
  const { epoch, counter, states } = JSON.parse(b4a.toString(value)) as {
    epoch: string
    counter: number
    states: Record<string, string>
  }
  return { at: { epoch: b4a.from(epoch, 'hex'), counter }, states }
}

function keyOf(journal: ChangeJournal): Uint8Array {
  return b4a.concat([journal.prefix, b4a.from('note')])
}

async function statesOf(cores: readonly Hypercore[]): Promise<Record<string, string>> {
  const states: Record<string, string> = {}
  for (const core of cores) {
    await core.ready()
    const name = b4a.toString(core.discoveryKey!, 'hex')
    states[name] = `${core.fork} ${core.length} ${core.contiguousLength}`
  }
  return states
}

function openFiles(faults: FaultFiles): Storage {
  return openStorage(new RandomAccessEngine(faults.open, { durability: 'power', sync: faults.sync }))
}

function coresOf(storage: Storage): Hypercore[] {
  return Array.from({ length: CORES }, (_, i) => {
    const pair = keyPair(b4a.alloc(32, i + 1))
    const manifest = { version: 1, signers: [{ publicKey: pair.publicKey }] }
    return new Hypercore(storage, Hypercore.key(manifest), { keyPair: pair, manifest })
  })
}
