import { inspect } from 'node:util'
import b4a from 'b4a'
import { expect, test } from 'vitest'
import { Keychain } from '../src/index.js'

test('generate() gives a new 32-byte primary key each time', () => {
  const keys = Array.from({ length: 50 }, () => b4a.toString(Keychain.generate().primaryKey, 'hex'))
  expect(new Set(keys).size).toBe(50)
  expect(keys.every((key) => key.length === 64)).toBe(true)
})

test('a keychain comes back from its stored primary key', () => {
  const keychain = Keychain.generate()
  const again = new Keychain(keychain.primaryKey)
  expect(again.namespace('a').createKeyPair('log')).toEqual(keychain.namespace('a').createKeyPair('log'))
})

test('the namespace is the root, or the one given', () => {
  const keychain = Keychain.generate()
  expect(keychain.ns).toEqual(b4a.alloc(32))
  const ns = keychain.namespace('a').ns
  const given = new Keychain(keychain.primaryKey, { namespace: ns })
  expect(given.createKeyPair('log')).toEqual(keychain.namespace('a').createKeyPair('log'))
})

test('createKeyPair() takes another namespace than its own', () => {
  const keychain = Keychain.generate()
  const a = keychain.namespace('a')
  expect(keychain.createKeyPair('log', a.ns)).toEqual(a.createKeyPair('log'))
  expect(a.createKeyPair('log', b4a.alloc(32))).toEqual(keychain.createKeyPair('log'))
})

test('a keychain made from another shares its key, not its namespace', () => {
  const a = Keychain.generate().namespace('a')
  const b = a.namespace('b')
  expect(new Keychain(a).ns).toEqual(b4a.alloc(32))
  expect(new Keychain(a, { namespace: b.ns }).createKeyPair('log')).toEqual(b.createKeyPair('log'))
})

test('printing or serialising a keychain does not show its key', () => {
  const keychain = new Keychain(b4a.alloc(32, 0xab))
  const shown =
    inspect(keychain, { depth: Infinity, showHidden: true, getters: false }) + JSON.stringify(keychain)
  expect(shown).not.toMatch(/ab[, ]*ab|171/)
})
