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
  ['Node', Emitter as unknown as typeof EventEmitter],
  ['Bare', BareTypes as unknown as typeof EventEmitter]
])('on %s every listener of an event is called, once if it asked for that', async (_runtime, Class) => {
  const uncaught = collectUncaught().exceptions
  const emitter = new Class()
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
  const emitter = new Emitter() as unknown as EventEmitter
  expect(emitter.emit('error', failure)).toBe(false)
  await turn()
  expect(uncaught).toEqual([failure])
})
