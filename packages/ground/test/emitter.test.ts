import { EventEmitter } from 'node:events'
import BareEmitter from 'bare-events'
import { expect, test } from 'vitest'
import { Emitter, callEach, emitToEach } from '@manycore/ground'
import { collectUncaught, turn } from './uncaught.js'

test('every callback is called, and what one throws becomes an uncaught exception', async () => {
  const uncaught = collectUncaught().exceptions
  const calls: string[] = []
  const failure = new Error('of the user')
  callEach(
    [
      () => {
        throw failure
      },
      (name: string) => calls.push(name)
    ],
    'a'
  )
  expect(calls).toEqual(['a'])
  expect(uncaught).toEqual([])
  await turn()
  expect(uncaught).toEqual([failure])
})

class BareTypes extends (BareEmitter as unknown as typeof EventEmitter) {
  override emit(name: string | symbol, ...args: unknown[]): boolean {
    return emitToEach(this as never, name, args)
  }
}

test.each([
  ['Node', Emitter],
  ['Bare', BareTypes as unknown as typeof Emitter]
])('on %s every listener of an event is called, once if it asked for that', async (_runtime, Class) => {
  const uncaught = collectUncaught().exceptions
  const emitter = new Class<{ event: [value: number]; other: [] }>()
  const calls: unknown[] = []
  emitter.once('event', () => {
    throw new Error('of once')
  })
  emitter.on('event', (value) => calls.push(value))
  emitter.once('event', (value) => calls.push(`once ${value}`))

  expect(emitter.emit('event', 1)).toBe(true)
  expect(emitter.emit('event', 2)).toBe(true)
  expect(emitter.emit('other')).toBe(false)
  expect(calls).toEqual([1, 'once 1', 2])
  await turn()
  expect(uncaught).toMatchObject([{ message: 'of once' }])
  expect(emitter.listenerCount('event')).toBe(1)
})

test('an error event without a listener is an uncaught exception', async () => {
  const uncaught = collectUncaught().exceptions
  const failure = new Error('nobody listens')
  const emitter = new Emitter<{ error: [err: Error] }>()
  expect(emitter.emit('error', failure)).toBe(false)
  await turn()
  expect(uncaught).toEqual([failure])
})

test('events have types', () => {
  class Door extends Emitter<{ open: [by: string, times: number] }> {}
  const door = new Door()
  const seen: string[] = []
  const listener = (by: string, times: number): unknown => seen.push(`${by} ${times}`)
  expect(door.on('open', listener).emit('open', 'wind', 2)).toBe(true)
  // @ts-expect-error -- no such event
  expect(door.emit('opne', 'wind', 2)).toBe(false)
  // @ts-expect-error -- another argument than the event has
  door.once('open', (by: number) => by)
  // @ts-expect-error -- an argument is missing
  door.emit('open', 'storm')
  expect(door.off('open', listener).listenerCount('open')).toBe(0)
  expect(seen).toEqual(['wind 2', 'storm undefined'])
})
