import { afterEach, expect, test, vi } from 'vitest'
import { Rounds } from '../../src/facade/answers.js'

afterEach(() => void vi.unstubAllGlobals())

/** As on Bare: all immediates of a pass are called in one go, their microtasks run after the last. */
function bareImmediates(): void {
  const { setImmediate: native } = globalThis
  let queue: (() => void)[] = []
  vi.stubGlobal('setImmediate', (fn: () => void) => {
    if (queue.push(fn) > 1) return
    native(() => {
      const due = queue
      queue = []
      for (const each of due) each()
    })
  })
}

test.each([
  ['Node', () => {}],
  ['Bare', bareImmediates]
])('on %s each round begins when all microtasks of the one before have run', async (_, prepare) => {
  prepare()
  const rounds = new Rounds()
  const seen: string[] = []
  const answers = Array.from({ length: 40 }, (_each, i) => async () => {
    seen.push(`${i} begins`)
    for (let n = 0; n < 100; n++) await Promise.resolve()
    seen.push(`${i} ends`)
  })
  let round = 0
  for (const answer of answers) round = rounds.give(round, { give: () => void answer() }) + 1
  while (rounds.isWaiting) await new Promise((resolve) => setTimeout(resolve, 0))
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(seen).toEqual(answers.flatMap((_each, i) => [`${i} begins`, `${i} ends`]))
})

test('an answer that comes later is given at once', async () => {
  const rounds = new Rounds()
  let free = 0
  for (let i = 0; i < 5; i++) {
    let isGiven = false
    free = rounds.give(free, { give: () => (isGiven = true) }) + 1
    expect(isGiven).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
  }
})
