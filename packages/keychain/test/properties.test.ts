import b4a from 'b4a'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Keychain, deriveKeyPair, deriveNamespace, deriveSeed } from '../src/index.js'

// fast-check names the seed and the path of a failure; pass them to fc.assert to run it again.
const key = () => fc.uint8Array({ minLength: 32, maxLength: 32 })
const text = () => fc.string({ unit: 'binary', maxLength: 200 }) // every code point, no lone surrogates
const bytes = () => fc.uint8Array({ maxLength: 200 })
const name = () => fc.oneof(text(), bytes())
const chain = () => fc.array(name(), { maxLength: 4 })

const hex = (value: Uint8Array): string => b4a.toString(value, 'hex')
const nameHex = (value: string | Uint8Array): string =>
  hex(typeof value === 'string' ? b4a.from(value) : value)

function keysOf(
  primaryKey: Uint8Array,
  namespaces: (string | Uint8Array)[],
  coreName: string | Uint8Array
): string {
  const keychain = namespaces.reduce<Keychain>((parent, n) => parent.namespace(n), new Keychain(primaryKey))
  const { publicKey, secretKey } = keychain.createKeyPair(coreName)
  return hex(publicKey) + hex(secretKey)
}

describe('derivation', () => {
  test('gives distinct keys to distinct names', () => {
    fc.assert(
      fc.property(key(), chain(), name(), name(), (primaryKey, namespaces, a, b) => {
        fc.pre(nameHex(a) !== nameHex(b))
        expect(keysOf(primaryKey, namespaces, a)).not.toBe(keysOf(primaryKey, namespaces, b))
      })
    )
  })

  test('gives distinct keys to distinct namespaces, even if the joined names are equal', () => {
    fc.assert(
      fc.property(key(), chain(), chain(), name(), (primaryKey, a, b, coreName) => {
        fc.pre(JSON.stringify(a.map(nameHex)) !== JSON.stringify(b.map(nameHex)))
        expect(keysOf(primaryKey, a, coreName)).not.toBe(keysOf(primaryKey, b, coreName))
      })
    )
    const joined = [['ab'], ['a', 'b'], ['', 'ab'], ['ab', ''], ['b', 'a'], []]
    const keys = joined.map((namespaces) => keysOf(b4a.alloc(32, 7), namespaces, 'ab'))
    expect(new Set(keys).size).toBe(joined.length)
  })

  test('gives distinct keys to distinct primary keys', () => {
    fc.assert(
      fc.property(key(), key(), chain(), name(), (a, b, namespaces, coreName) => {
        fc.pre(hex(a) !== hex(b))
        expect(keysOf(a, namespaces, coreName)).not.toBe(keysOf(b, namespaces, coreName))
      })
    )
  })

  test('takes a string and its UTF-8 bytes for the same name', () => {
    fc.assert(
      fc.property(key(), fc.array(text(), { maxLength: 4 }), text(), (primaryKey, namespaces, coreName) => {
        const asBytes = namespaces.map((n) => new TextEncoder().encode(n))
        expect(keysOf(primaryKey, asBytes, new TextEncoder().encode(coreName))).toBe(
          keysOf(primaryKey, namespaces, coreName)
        )
      })
    )
  })

  test('is the same through a keychain and through the pure functions', () => {
    fc.assert(
      fc.property(key(), chain(), name(), (primaryKey, namespaces, coreName) => {
        const ns = namespaces.reduce<Uint8Array>(deriveNamespace, b4a.alloc(32))
        const { publicKey, secretKey } = deriveKeyPair(primaryKey, ns, coreName)
        expect(keysOf(primaryKey, namespaces, coreName)).toBe(hex(publicKey) + hex(secretKey))
        expect(hex(secretKey)).toBe(hex(deriveSeed(primaryKey, ns, coreName)) + hex(publicKey))
      })
    )
  })
})

describe('buffers', () => {
  test('of the caller are neither changed nor kept', () => {
    fc.assert(
      fc.property(key(), key(), bytes(), bytes(), (primaryKey, namespace, childName, coreName) => {
        const inputs = [primaryKey, namespace, childName, coreName]
        const before = inputs.map(hex)
        const keychain = new Keychain(primaryKey, { namespace })
        const child = keychain.namespace(childName)
        const root = hex(keychain.createKeyPair('x').publicKey)
        const own = hex(child.createKeyPair('x').publicKey)
        child.createKeyPair(coreName, namespace)
        child.coreOptions(coreName)
        expect(inputs.map(hex)).toEqual(before)

        for (const input of inputs) input.fill(0xee)
        expect(hex(keychain.ns)).toBe(before[1])
        expect(hex(keychain.primaryKey)).toBe(before[0])
        expect(hex(keychain.createKeyPair('x').publicKey)).toBe(root)
        expect(hex(child.createKeyPair('x').publicKey)).toBe(own)
      })
    )
  })

  test('handed out may be overwritten without changing what comes next', () => {
    fc.assert(
      fc.property(key(), name(), (primaryKey, coreName) => {
        const keychain = new Keychain(primaryKey)
        const child = keychain.namespace(coreName)
        const outputs = () => {
          const a = child.createKeyPair(coreName)
          const b = child.coreOptions(coreName)
          return [
            keychain.ns,
            keychain.primaryKey,
            child.ns,
            a.publicKey,
            a.secretKey,
            b.keyPair.publicKey,
            b.keyPair.secretKey,
            deriveNamespace(keychain.ns, coreName),
            deriveSeed(primaryKey, keychain.ns, coreName)
          ]
        }
        const first = outputs()
        const before = first.map(hex)
        for (const output of first) output.fill(0xee)
        expect(outputs().map(hex)).toEqual(before)
      })
    )
  })

  test('handed out lie alone in their memory, a public key not next to its secret key', () => {
    const keychain = Keychain.generate()
    const { publicKey, secretKey } = keychain.createKeyPair('log')
    const seed = deriveSeed(keychain.primaryKey, keychain.ns, 'log')
    for (const bytes of [keychain.ns, keychain.primaryKey, publicKey, secretKey, seed]) {
      expect(bytes.buffer.byteLength).toBe(bytes.byteLength)
    }
  })
})
