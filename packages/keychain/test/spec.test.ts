import b4a from 'b4a'
import * as fc from 'fast-check'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { Keychain } from '../src/index.js'
import { deriveFromSpec, type SpecKeys } from './from-spec.js'
import corestore from './vectors/corestore.json' with { type: 'json' }

// fast-check names the seed and the path of a failure; pass them to fc.assert to run it again.

const hexOf = ({ ns, publicKey, key, discoveryKey }: Omit<SpecKeys, 'seed'>): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ns, publicKey, key, discoveryKey }).map(([k, v]) => [k, b4a.toString(v, 'hex')])
  )

const toBytes = ({ utf8, hex }: { utf8?: string; hex?: string }): Uint8Array =>
  utf8 === undefined ? b4a.from(hex!, 'hex') : b4a.from(utf8)

test('the spec, implemented a second time, gives the keys of npm corestore 7 and 6', () => {
  for (const { primaryKey, namespaces, name, ...keys } of corestore.vectors) {
    const spec = deriveFromSpec(b4a.from(primaryKey, 'hex'), namespaces.map(toBytes), toBytes(name))
    expect(hexOf(spec)).toEqual(keys)
  }
})

test('the spec, implemented a second time, agrees with the package for every manifest version', () => {
  const bytes = () => fc.uint8Array({ maxLength: 300 })
  const key = () => fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(
      key(),
      fc.array(bytes(), { maxLength: 3 }),
      bytes(),
      fc.integer({ min: 0, max: 3 }),
      (primaryKey, namespaces, name, manifestVersion) => {
        const root = new Keychain(primaryKey)
        const keychain = namespaces.reduce<Keychain>((parent, part) => parent.namespace(part), root)
        const { keyPair, manifest } = keychain.coreOptions(name, { manifestVersion })
        const coreKey = Hypercore.key(manifest)
        const spec = deriveFromSpec(primaryKey, namespaces, name, manifestVersion)

        expect(hexOf(spec)).toEqual(
          hexOf({
            ns: keychain.ns,
            publicKey: keyPair.publicKey,
            key: coreKey,
            discoveryKey: Hypercore.discoveryKey(coreKey)
          })
        )
        expect(b4a.equals(keyPair.secretKey, b4a.concat([spec.seed, spec.publicKey]))).toBe(true)
      }
    )
  )
})
