// A user of plain Hypercores and of Hypercore's types, without Node's: `import Hypercore` is typed by the reference.
/// <reference types="@manycore/hypercore-types/ambient" />
import Hypercore from 'hypercore'
import type { Bytes, Codec, NodeDuplex } from '@manycore/hypercore-types'
import Corestore, { type GetOptions } from '@manycore/corestore'
import { Replicator, type ReplicateOptions, type ReplicationPolicy } from '@manycore/replicator'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const withoutNode: [Same<Bytes, Uint8Array>, Same<NodeDuplex, unknown>] = [true, true]

const bytes = new Hypercore('./plain')
await bytes.append(new Uint8Array([1]))
const block: Uint8Array = await bytes.get(0)
const text = new Hypercore<string>('./text', null, { valueEncoding: 'utf-8' })
await text.append('one')
const line: string = await text.get(0)
const raw: Uint8Array = await text.session().get(0)
const upper: string = await text.session({ valueEncoding: 'hex' }).get(0)

const numbers: Codec<number> = {
  encode: (value) => new Uint8Array([value]),
  decode: ([value]) => value!
}
const store = new Corestore('./store')
const coded = store.get({ name: 'codec', valueEncoding: numbers })
await coded.append(7)
const seven: number = await coded.get(0)
const inline = store.get({
  name: 'inline',
  valueEncoding: {
    encode: (value: Date) => new Uint8Array([value.getDay()]),
    decode: ([day]) => new Date(day! - 4)
  }
})
await inline.append(new Date(0))
const when: Date = await inline.get(0)
const arrow = store.get({
  name: 'arrow',
  valueEncoding: { encode: (n: number) => new Uint8Array([n]), decode: (block) => block[0]! }
})
await arrow.append(3)
const three: number = await arrow.get(0)
const doubled = {
  encode: (n: number) => new Uint8Array([n / 2]),
  decode: (block: Uint8Array) => block[0]! * 2
}
const six: number = await arrow.get(0, { valueEncoding: doubled })
const five: number = await arrow.get(0, {
  valueEncoding: { encode: (n: number) => new Uint8Array([n]), decode: (block) => block[0]! + 2 }
})
const four: number = await arrow
  .session({
    valueEncoding: { encode: (n: number) => new Uint8Array([n]), decode: (block) => block[0]! + 1 }
  })
  .get(0)

const options: GetOptions<string> = { name: 'kept', valueEncoding: 'utf-8' }
const kept = store.get(options)
await kept.append('kept')
const again: string = await kept.get(0)
const satisfied = { name: 'kept', valueEncoding: 'utf-8' } satisfies GetOptions
const same: string = await store.get(satisfied).get(0)
// @ts-expect-error: blocks of text are no numbers
const wrong: GetOptions<number> = { name: 'wrong', valueEncoding: 'utf-8' }

const policy: ReplicationPolicy = {
  // @ts-expect-error: without Buffers toString takes no encoding
  access: (_core, { remotePublicKey }) => remotePublicKey.toString('hex') !== ''
}
const replicating: ReplicateOptions = { keepAlive: false, policy, pattern: 'XX' }
const stream = Replicator.of([bytes, text]).replicate(true, replicating)

export function refused(unready: Hypercore): void {
  // @ts-expect-error: what a block decodes to is said, and not guessed
  new Hypercore('./guessed', { valueEncoding: 'utf-8' }).setActive(true)
  // @ts-expect-error: there is no such encoding
  new Hypercore<string>('./guessed', { valueEncoding: 'utf-7' }).setActive(true)
  // @ts-expect-error: the key is null until the core is ready
  store.get({ key: unready.key })
  // @ts-expect-error: and it is no key
  store.get(null)
  // @ts-expect-error: keepAlive is a number of ms, or false
  store.replicate(true, { keepAlive: 'long' })
}

if (block.length !== 1 || line !== 'one' || !(raw instanceof Uint8Array) || upper !== '6f6e65' || seven !== 7)
  throw new Error('read')
if (when.getTime() !== 0 || again !== 'kept' || same !== 'kept' || wrong.name !== 'wrong')
  throw new Error('read')
if (three !== 3 || four !== 4 || five !== 5 || six !== 6) throw new Error('read in place')
if (!withoutNode.every(Boolean)) throw new Error('types')
stream.on('error', () => {})
stream.destroy()
await Promise.all([bytes.close(), text.close(), store.close()])
