import { expect, expectTypeOf, test } from 'vitest'
import type { Codec, CompactEncoding, Hypercore } from '@manycore/hypercore-types'
import type { Duplex } from 'node:stream'
import { Corestore } from '../src/index.js'
import type { GetOptions, ReplicationPolicy } from '../src/index.js'

declare const store: Corestore
declare const point: CompactEncoding<{ x: number; y: number }>
declare const date: Codec<Date>
declare const text: GetOptions<string>

// Checked by the compiler: the test command type-checks all tests.
test('a codec written in place types its own parameters', () => {
  const never = (): void => {
    const log = store.get({
      name: 'a',
      valueEncoding: { encode: (s: string) => Buffer.from(s), decode: (b) => String(b) }
    })
    expectTypeOf(log).toEqualTypeOf<Hypercore<string>>()
    expectTypeOf(
      log.session({ valueEncoding: { encode: (n: number) => Buffer.of(n), decode: (b) => b[0]! } })
    ).toEqualTypeOf<Hypercore<number>>()
    expectTypeOf(
      log.snapshot({ valueEncoding: { encode: (n: number) => Buffer.of(n), decode: (b) => b[0]! } })
    ).toEqualTypeOf<Hypercore<number>>()
    expectTypeOf(
      log.get(0, { valueEncoding: { encode: (n: number) => Buffer.of(n), decode: (b) => b[0]! } })
    ).resolves.toEqualTypeOf<number>()
    const wrong = { encode: (s: string) => Buffer.from(s), decode: () => 7 }
    // @ts-expect-error it gives a number where it takes text
    store.get<string>({ name: 'a', valueEncoding: wrong })
    // @ts-expect-error there is no such option, whatever the encoding
    store.get({ nmae: 'a', valueEncoding: date })
  }
  expectTypeOf(never).toBeFunction()
})

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
    expectTypeOf(store.get({ name: 'a', valueEncoding: date })).toEqualTypeOf<Hypercore<Date>>()
    expectTypeOf(store.get(text)).toEqualTypeOf<Hypercore<string>>()
    // a codec without types is not taken for bytes
    expectTypeOf(store.get({ name: 'a', valueEncoding: JSON.parse('1') })).toEqualTypeOf<Hypercore<unknown>>()
    const kept = { name: 'a', valueEncoding: 'utf-8' } satisfies GetOptions
    expectTypeOf(store.get(kept)).toEqualTypeOf<Hypercore<string>>()
    // @ts-expect-error text is no number
    expectTypeOf<{ name: string; valueEncoding: 'utf-8' }>().toExtend<GetOptions<number>>()
    // @ts-expect-error null is no key
    store.get(null)
    // @ts-expect-error nor is it one by name
    store.get({ key: null })
    // @ts-expect-error a number is no name
    store.get({ name: 7 })
    // @ts-expect-error there is no such event
    store.on('core-opened', () => {})
    expectTypeOf(store.replicate(true)).toExtend<Duplex>()
    expectTypeOf<
      Parameters<NonNullable<ReplicationPolicy['access']>>[1]['remotePublicKey']
    >().toExtend<Buffer>()
    // @ts-expect-error keepAlive is a number of ms, or false
    store.replicate(true, { keepAlive: 'long' })
    // a session does not take over the encoding
    expectTypeOf(store.get(text).session()).toEqualTypeOf<Hypercore>()
    expectTypeOf(store.get(text).session({ valueEncoding: 'hex' })).toEqualTypeOf<Hypercore<string>>()
    expectTypeOf(store.createKeyPair('a')).resolves.toHaveProperty('secretKey')
  }
  expectTypeOf(never).toBeFunction()
})

test('a store has a storage, or the root that it is a session of', () => {
  const never = (): void => {
    void new Corestore(null, { root: store })
    // @ts-expect-error null is no storage
    void new Corestore(null)
    // @ts-expect-error nor with a root that is none
    void new Corestore(null, { root: null })
    // @ts-expect-error nor is a Corestore
    void new Corestore(store)
  }
  expectTypeOf(never).toBeFunction()
  const refusal = expect.objectContaining({ code: 'BAD_ARGUMENT', field: 'storage' })
  expect(() => new Corestore(null as never)).toThrow(refusal)
  expect(() => new Corestore(null as never, { root: null })).toThrow(refusal)
})
