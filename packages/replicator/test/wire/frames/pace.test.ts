import { expect, test } from 'vitest'
import { UNASKED_BURST_BYTES, UNASKED_BYTES_PER_MS } from '../../../src/defaults.js'
import { Pace, type Paced } from '../../../src/wire/frames/pace.js'
import { SteppedClock } from '../../kit/stepped-clock.js'

const PIECE = 8 * UNASKED_BYTES_PER_MS

test('what few do now and then is read at once, and more than that at the pace', () => {
  const { clock, ask, gone } = scene()
  expect(ask('one', UNASKED_BURST_BYTES)).toBe(true)
  expect(ask('one', PIECE)).toBe(false)
  clock.ms += 7
  clock.run()
  expect(gone).toEqual([])
  clock.ms += 1
  clock.run()
  expect(gone).toEqual(['one'])
  clock.ms += 1e6
  expect(ask('one', UNASKED_BURST_BYTES)).toBe(true)
})

test('one frame of a stream does not wait for those of fifty that go on and on', () => {
  const { clock, ask, gone } = scene()
  ask('first', UNASKED_BURST_BYTES)
  for (let i = 0; i < 50; i++) for (let piece = 0; piece < 6; piece++) ask(`hostile ${i}`, PIECE)
  let pieces = 0
  ask('honest', PIECE)
  for (let turn = 0; pieces < 4; turn++) {
    expect(turn).toBeLessThan(3000)
    clock.ms++
    clock.run()
    for (const name of gone.splice(0)) {
      if (name === 'honest') pieces++
      expect(name).toBe('honest') // it has been given the least
      ask(name, PIECE)
    }
  }
})

test('what a stream was given is forgotten after ten seconds, and one that has left is not called', () => {
  const { clock, ask, gone, streams, pace } = scene()
  ask('old', 100 * PIECE)
  clock.ms += 60_000
  ask('old', 1)
  expect(streams.get('old')!.given).toBe(1)
  ask('old', UNASKED_BURST_BYTES + PIECE)
  pace.leave(streams.get('old')!)
  clock.ms += 60_000
  clock.run()
  expect(gone).toEqual([])
})

function scene() {
  const clock = new SteppedClock()
  clock.ms = 1e6
  const pace = new Pace(clock)
  const streams = new Map<string, Paced>()
  const gone: string[] = []
  const ask = (name: string, bytes: number): boolean => {
    let stream = streams.get(name)
    if (stream === undefined) {
      stream = { given: 0, askedMs: -Infinity, goOn: () => void gone.push(name) }
      streams.set(name, stream)
    }
    return pace.ask(stream, bytes)
  }
  return { clock, pace, streams, gone, ask }
}
