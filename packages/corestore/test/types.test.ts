import { expectTypeOf, test } from 'vitest'
import type { CompactEncoding, Hypercore } from '@manycore/hypercore-types'
import type { Corestore, GetOptions } from '../src/index.js'

declare const store: Corestore
declare const point: CompactEncoding<{ x: number; y: number }>

// Checked by the compiler: the test command type-checks all tests.
test('get() is typed by its value encoding', () => {
  const never = (): void => {
    expectTypeOf(store.get({ name: 'a' })).toEqualTypeOf<Hypercore<Uint8Array>>()
    expectTypeOf(store.get('key')).toEqualTypeOf<Hypercore<Uint8Array>>()
    expectTypeOf(store.get({ name: 'a', valueEncoding: 'binary' })).toEqualTypeOf<Hypercore<Uint8Array>>()
    expectTypeOf(store.get({ name: 'a', valueEncoding: 'utf-8' })).toEqualTypeOf<Hypercore<string>>()
    expectTypeOf(store.get({ name: 'a', valueEncoding: 'json' })).toEqualTypeOf<Hypercore<unknown>>()
    expectTypeOf(store.get({ name: 'a', valueEncoding: 'json' }).get(0)).resolves.toBeUnknown()
    expectTypeOf(
      store.get<{ n: number }>({ name: 'a', valueEncoding: 'json' }).get(0)
    ).resolves.toEqualTypeOf<{
      n: number
    }>()
    expectTypeOf(store.get({ name: 'a', valueEncoding: point }).get(0)).resolves.toEqualTypeOf<{
      x: number
      y: number
    }>()
    expectTypeOf(store.get({} as GetOptions)).toEqualTypeOf<Hypercore<unknown>>()
    // @ts-expect-error a number is no name
    store.get({ name: 7 })
    // @ts-expect-error there is no such event
    store.on('core-opened', () => {})
    expectTypeOf(store.createKeyPair('a')).resolves.toHaveProperty('secretKey')
  }
  expectTypeOf(never).toBeFunction()
})
