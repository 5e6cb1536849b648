import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { constant, integer, nat, noBias, oneof, record, sample } from 'fast-check'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../kit/temporary-directory.js'

// To look for more, another seed and more stores. When exactly a process dies is never the same twice.
const SEED = Number(process.env['CRASH_SEED'] ?? 7_12_5)
const TIMES = Number(process.env['CRASH_TIMES'] ?? 1)
const KILLS_A_STORE = 10

const WRITER = fileURLToPath(new URL('../fixtures/crash-writer.cjs', import.meta.url))

/** A process is killed that many ms after it has printed so many lines: 1 = it opens, 2 = it has checked. */
interface Death {
  lines: number
  ms: number
}

const death = record<Death>({
  lines: oneof(constant(1), noBias(integer({ min: 2, max: 40 }))),
  ms: noBias(nat(20))
})

/** label of a core → steps it is known to have done */
type Acknowledged = Record<string, number>

test.each([
  { storage: 'random-access-file', stores: 7 * TIMES },
  { storage: 'random-access-file, small memory', stores: 7 * TIMES },
  { storage: 'one random-access-file', stores: 7 * TIMES },
  { storage: 'rocksdb', stores: 2 * TIMES }
])(
  `$stores stores on $storage, killed ${KILLS_A_STORE} times each, lose nothing acknowledged`,
  { timeout: TIMES * 600_000 },
  async ({ storage, stores }) => {
    const moments = sample(death, { seed: SEED, numRuns: stores * KILLS_A_STORE })
    const lives = Array.from({ length: stores }, () => moments.splice(0, KILLS_A_STORE))
    // One at a time a core of the machine.
    while (lives.length > 0) {
      await Promise.all(lives.splice(0, 2).map((deaths) => crashAgainAndAgain(storage, deaths)))
    }
  }
)

/** Each process checks what the one before has left, however far it came itself. */
async function crashAgainAndAgain(storage: string, deaths: readonly Death[]): Promise<void> {
  const directory = temporaryDirectory()
  const acknowledged: Acknowledged = {}
  for (const [i, death] of [...deaths, null].entries()) {
    const problem = await run(storage, directory, acknowledged, death)
    const when = `seed ${SEED}, ${storage}, after ${i} kills in ${directory}`
    expect(problem, when).toBe(null)
  }
  expect(Object.keys(acknowledged)).toHaveLength(6)
}

/**
 * Runs one process until its death, or, when that is null, lets it check and close.
 * @param acknowledged  what is known, and where it adds what it acknowledges
 * @returns             why it ended by itself, or null
 */
async function run(
  storage: string,
  directory: string,
  acknowledged: Acknowledged,
  death: Death | null
): Promise<string | null> {
  const args = [WRITER, storage, directory, JSON.stringify(acknowledged), death === null ? 'stop' : 'steps']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += chunk))
  let rest = ''
  let printed = 0
  child.stdout.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      const [label, count] = line.split(' ') as [string, string?]
      if (count !== undefined) acknowledged[label] = Number(count)
      if (++printed === death?.lines) setTimeout(() => child.kill('SIGKILL'), death.ms)
    }
  })

  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('close', (...end) => resolve(end)).once('error', reject)
  })
  if (signal === 'SIGKILL' || (death === null && code === 0)) return null
  return `it ended with ${signal ?? code}: ${errors}`
}
