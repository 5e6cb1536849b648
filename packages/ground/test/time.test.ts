import { afterEach, expect, test, vi } from 'vitest'
import { laterTurn, onLaterTurn } from '../src/index.js'

afterEach(() => void vi.unstubAllGlobals())

/** Where there is no setImmediate, as in a browser. */
function withoutImmediates(): void {
  vi.stubGlobal('setImmediate', undefined)
}

test('without setImmediate a turn ends by a message, not by a timer, which browsers clamp to 4 ms', async () => {
  withoutImmediates()
  vi.stubGlobal('setTimeout', () => {
    throw new Error('a timer')
  })
  for (let i = 0; i < 200; i++) {
    let isLater = false
    const turn = laterTurn().then(() => (isLater = true))
    for (let n = 0; n < 50; n++) await Promise.resolve()
    expect(isLater).toBe(false)
    await turn
  }
})

test('without setImmediate several functions run in order, and nothing keeps the process alive afterwards', async () => {
  withoutImmediates()
  const seen: number[] = []
  const before = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
  await new Promise<void>((resolve) => {
    for (let i = 0; i < 100; i++) onLaterTurn(() => void seen.push(i))
    onLaterTurn(resolve)
    expect(process.getActiveResourcesInfo().filter((name) => name === 'MessagePort')).toHaveLength(before + 1)
  })
  expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i))
  expect(process.getActiveResourcesInfo().filter((name) => name === 'MessagePort')).toHaveLength(before)
})

test('where there is neither, a timer ends it', async () => {
  withoutImmediates()
  vi.stubGlobal('MessageChannel', undefined)
  await laterTurn()
})
