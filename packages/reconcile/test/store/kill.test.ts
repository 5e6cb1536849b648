import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { RandomAccessEngine } from '@manycore/kv'
import { randomNumbers } from '@manycore/kv/faults'
import RandomAccessFile from 'random-access-file'
import { expect, test } from 'vitest'
import { Index } from '../../src/index.js'
import { contentsOf, hex } from '../kit/sets.js'
import type { Model } from '../kit/sets.js'

const PROGRAM = fileURLToPath(new URL('../fixtures/flush-forever.cjs', import.meta.url))
const SEED = 5
const KILLS = 12

const { changesOf, idOf } = createRequire(import.meta.url)(PROGRAM) as {
  changesOf(round: number): number[]
  idOf(number: number): Uint8Array
}

/** What is in the index after a round. */
function after(rounds: number): Model {
  const model: Model = new Map()
  for (let round = 1; round <= rounds; round++) {
    const version = Buffer.alloc(4)
    version.writeUInt32LE(round)
    for (const number of changesOf(round)) {
      if (round % 7 === 0) model.delete(hex(idOf(number)))
      else model.set(hex(idOf(number)), hex(version))
    }
  }
  return model
}

/** Runs the program, and kills it as soon as it has said so many lines. @returns the last of them */
async function killedAfter(directory: string, lines: number): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  let [seen, last] = [0, 0]
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line)
    if (++seen === lines) child.kill('SIGKILL')
  }
  await exit
  return last
}

test('a process that is killed leaves an index that is whole: whatever the flush that was under way has come to', async () => {
  const random = randomNumbers(SEED)
  const directory = mkdtempSync(join(tmpdir(), 'reconcile-kill-'))
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const told = await killedAfter(directory, 1 + random(12))
      const engine = new RandomAccessEngine((name) => new RandomAccessFile(name, { directory }))
      await engine.open()
      const index = new Index({ engine, versionBytes: 4 })
      await index.ready()
      const round = Buffer.from(index.stamp!).readUInt32LE()
      expect(round).toBeGreaterThanOrEqual(told)
      expect([...(await contentsOf(index))], `seed ${SEED}, round ${round}`).toEqual(
        [...after(round)].toSorted()
      )
      await engine.close()
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
