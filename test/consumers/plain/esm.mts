// A user's ES module: the class is the default and a name; blocks have the type that was asked for.
import Default, { Corestore, isManycoreError } from '@manycore/corestore'
import type { Hypercore } from '@manycore/hypercore-types'
import { Keychain } from '@manycore/keychain'
import { Replicator } from '@manycore/replicator'
import { SessionTable } from '@manycore/sessions'
import { openStorage } from '@manycore/storage-adapters'

type IsAny<T> = 0 extends 1 & T ? true : false
type Value<C> = C extends Hypercore<infer T> ? T : never

for (const value of [Corestore, Keychain, Replicator, SessionTable, openStorage]) {
  if (typeof value !== 'function') throw new Error('an export is missing')
}
if (Default !== Corestore) throw new Error('the default is not the class')

const store = new Corestore('./store-esm')
const json = store.get({ name: 'json', valueEncoding: 'json' })
const jsonIsAny: IsAny<Value<typeof json>> = false
const points = store.get<{ x: number }>({ name: 'points', valueEncoding: 'json' })
const text = store.get({ name: 'text', valueEncoding: 'utf-8' })
const bytes = store.get({ name: 'bytes' })
const bytesAreAny: IsAny<Value<typeof bytes>> = false

try {
  // @ts-expect-error: an option that does not exist
  store.namespace('a', { polcy: null })
  throw new Error('a misspelt option was taken')
} catch (err) {
  // @ts-expect-error: a code that does not exist
  if (isManycoreError(err, 'BAD_ARGUMNET')) throw err
  if (!isManycoreError(err, 'BAD_ARGUMENT', 'ELOCKED')) throw err
  const code: 'BAD_ARGUMENT' | 'ELOCKED' = err.code
  if (code !== 'BAD_ARGUMENT' || err.field !== 'polcy') throw err
}

// Another package, and so another bundle.
try {
  const table = new SessionTable({} as never)
  throw new Error(`a table of ${table.size} cores was made of nothing`)
} catch (err) {
  if (!isManycoreError(err, 'BAD_ARGUMENT') || err.field !== 'storage') throw err
}
const unlisten = (topic: Uint8Array): number => topic.byteLength
store.on('group-active', unlisten).off('group-active', unlisten)
// @ts-expect-error: no such event
new SessionTable(store.storage).on('core-opne', () => {})

await points.append({ x: 1 })
await text.append('one')
const point: { x: number } | null = await points.get(0)
const line: string | null = await text.get(0)
// @ts-expect-error: a block of text is no number
const number: number | null = await text.get(0)

if (point?.x !== 1 || line !== 'one' || number === 1) throw new Error('read something else than was appended')
if (jsonIsAny || bytesAreAny || json.closed) throw new Error('unreachable')
await store.close()
