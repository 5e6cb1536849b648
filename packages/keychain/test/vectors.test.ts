import b4a from 'b4a'
import Hypercore from 'hypercore'
import { describe, expect, test } from 'vitest'
import { Keychain, deriveKeyPair, deriveNamespace } from '../src/index.js'
import corestore from './vectors/corestore.json' with { type: 'json' }
import golden from './vectors/golden.json' with { type: 'json' }

type Name = { utf8?: string; hex?: string }

const toName = ({ utf8, hex }: Name): string | Uint8Array => utf8 ?? b4a.from(hex!, 'hex')
const hex = (bytes: Uint8Array): string => b4a.toString(bytes, 'hex')
const label = ({ utf8, hex }: Name): string =>
  (utf8 === undefined ? `bytes ${hex}` : JSON.stringify(utf8)).slice(0, 40)

function derive(primaryKey: string, namespaces: Name[], name: Name) {
  let keychain = new Keychain(b4a.from(primaryKey, 'hex'))
  for (const namespace of namespaces) keychain = keychain.namespace(toName(namespace))
  const { keyPair, manifest } = keychain.coreOptions(toName(name))
  const key = Hypercore.key(manifest)
  return { ns: keychain.ns, keyPair, key, discoveryKey: Hypercore.discoveryKey(key) }
}

describe('the golden vectors', () => {
  test.each(golden.vectors)('$namespaces → $name', (vector) => {
    const { ns, keyPair, key } = derive(vector.primaryKey, vector.namespaces, vector.name)
    expect(hex(ns).slice(0, 16)).toBe(vector.ns)
    expect(hex(keyPair.publicKey)).toBe(vector.publicKey)
    expect(hex(key).slice(0, 16)).toBe(vector.key)
  })
})

describe('the keys that npm corestore 7 and 6 give', () => {
  test('are 100, made by the versions that the docs name', () => {
    expect(corestore.vectors).toHaveLength(100)
    expect(corestore.corestore).toEqual(['7.12.5', '6.18.4'])
  })

  test.each(corestore.vectors.map((vector, i) => ({ i, label: label(vector.name), vector })))(
    '#$i $label',
    ({ vector }) => {
      const { ns, keyPair, key, discoveryKey } = derive(vector.primaryKey, vector.namespaces, vector.name)
      expect(hex(ns)).toBe(vector.ns)
      expect(hex(keyPair.publicKey)).toBe(vector.publicKey)
      expect(hex(key)).toBe(vector.key)
      expect(hex(discoveryKey)).toBe(vector.discoveryKey)
    }
  )

  test('come from the pure functions as well', () => {
    for (const vector of corestore.vectors) {
      let ns: Uint8Array = b4a.alloc(32)
      for (const namespace of vector.namespaces) ns = deriveNamespace(ns, toName(namespace))
      expect(hex(ns)).toBe(vector.ns)
      const { publicKey } = deriveKeyPair(b4a.from(vector.primaryKey, 'hex'), ns, toName(vector.name))
      expect(hex(publicKey)).toBe(vector.publicKey)
    }
  })
})
