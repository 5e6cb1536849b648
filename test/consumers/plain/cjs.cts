// A user's CommonJS module: require() gives the class itself.
import Corestore = require('@manycore/corestore')
import keychain = require('@manycore/keychain')

async function main(): Promise<void> {
  if (Corestore.name !== 'Corestore') throw new Error('require() does not give the class')

  const call = Corestore as unknown as (storage: string) => unknown
  const message = messageOf(() => call('./store-cjs'))
  if (message !== "TypeError: Class constructor Corestore cannot be invoked without 'new'")
    throw new Error(message)

  const primaryKey = new Uint8Array(32).fill(1)
  const store = new Corestore('./store-cjs', { primaryKey, unsafe: true })
  const core = store.get({ name: 'main' })
  await core.append(new Uint8Array([1, 2, 3]))
  const block: Uint8Array | null = await core.get(0)
  if (block?.length !== 3) throw new Error('read something else than was appended')

  const pair: { publicKey: Uint8Array } = await store.createKeyPair('main')
  const same = new keychain.Keychain(primaryKey).createKeyPair('main')
  if (pair.publicKey.join() !== same.publicKey.join()) throw new Error('store and keychain disagree')
  await store.close()
}

function messageOf(fails: () => unknown): string {
  try {
    fails()
  } catch (err) {
    return String(err)
  }
  return 'nothing was thrown'
}

void main()
