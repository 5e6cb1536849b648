import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import b4a from 'b4a'
import { MemoryEngine } from '@manycore/kv'
import type { Hypercore } from '@manycore/hypercore-types'
import type { StorageInput } from '@manycore/storage-adapters'
import Protomux from 'protomux'
import { onTestFinished } from 'vitest'
import type { Corestore, CorestoreOptions, ReplicateOptions } from '../../src/index.js'
import { openStore } from './open-store.js'

const PRIMARY_KEY = b4a.alloc(32, 1)

/** A store with cores that any other store of this function has, too: `core 0` and so on, of one block each. */
export async function filled(
  cores: number,
  opts: CorestoreOptions = {},
  storage: StorageInput = new MemoryEngine()
): Promise<Corestore> {
  const store = openStore({ primaryKey: PRIMARY_KEY, unsafe: true, lingerMs: 0, ...opts }, storage)
  const names = Array.from({ length: cores }, (_, i) => `core ${i}`)
  for (let i = 0; i < cores; i += 100) {
    await Promise.all(names.slice(i, i + 100).map((name) => append(store, name, 'first')))
  }
  return store
}

/** Appends a block, and closes the core. */
export async function append(store: Corestore, name: string, block: string): Promise<void> {
  const core = store.get({ name, notDownloadingLinger: 0 } as never) as Hypercore
  await core.ready()
  await core.append(b4a.from(block))
  const closed = coreClosed(store, core.discoveryKey!)
  await core.close()
  await closed
}

function coreClosed(store: Corestore, discoveryKey: Uint8Array): Promise<void> {
  ;(store as unknown as NodeJS.EventEmitter).setMaxListeners(0)
  return new Promise((resolve) => {
    const onclose = (core: Hypercore): void => {
      if (!b4a.equals(core.discoveryKey!, discoveryKey)) return
      store.off('core-close', onclose)
      resolve()
    }
    store.on('core-close', onclose)
  })
}

/** Resolves once so many cores have been opened and closed. @returns how many were opened by then */
export function opened(store: Corestore, count: number): Promise<() => number> {
  let opens = 0
  let closes = 0
  store.on('core-open', () => void opens++)
  return new Promise((resolve) => {
    store.on('core-close', () => {
      if (++closes === count) resolve(() => opens)
    })
  })
}

export async function blocks(store: Corestore, name: string): Promise<string[]> {
  const core = store.get({ name, active: false }) as Hypercore
  await core.ready()
  const all: string[] = []
  for (let i = 0; i < core.length; i++) all.push(b4a.toString((await core.get(i, { wait: false }))!))
  await core.close()
  return all
}

/** Connects two stores, the first one with these options, and counts the bytes that both send over the channel of their mirrors. */
export async function connectAll(
  stores: [Corestore, Corestore],
  kind: 'memory' | 'TCP',
  opts: ReplicateOptions = {}
): Promise<{ bytes(): number; close(): void }> {
  const ends = kind === 'TCP' ? await overTcp() : inMemory()
  let bytes = 0
  for (const [i, end] of ends.entries()) {
    end.on('error', () => {})
    const mux = Protomux.from(end) as unknown as { createChannel(opts: { protocol: string }): unknown }
    const { createChannel } = mux
    mux.createChannel = (opts) => {
      const channel = createChannel.call(mux, opts) as { messages: { send(m: Message): boolean }[] } | null
      if (opts.protocol !== 'manycore/mirror') return channel
      for (const message of channel?.messages ?? []) {
        const { send } = message
        message.send = (m) => ((bytes += m.bytes.byteLength + 8), send.call(message, m))
      }
      return channel
    }
    stores[i]!.replicate(end as never, i === 0 ? opts : {})
  }
  const close = (): void => ends.forEach((end) => end.destroy())
  onTestFinished(close)
  return { bytes: () => bytes, close }
}

/** Connects in memory: all of `near` at one end of one stream, all of `far` at the other. @returns what ends it */
export function connectShared(near: readonly Corestore[], far: readonly Corestore[]): () => void {
  const ends = inMemory()
  const close = (): void => ends.forEach((end) => end.destroy())
  onTestFinished(close)
  for (const end of ends) end.on('error', () => {})
  for (const store of near) store.replicate(ends[0] as never)
  for (const store of far) store.replicate(ends[1] as never)
  return close
}

/**
 * Connects two stores in memory. The first message that the mirror of the first store gets is held back, and what comes behind it.
 * @returns when it has come, and what lets it through
 */
export function heldMirrors(stores: [Corestore, Corestore]): { arrived: Promise<void>; release(): void } {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  const ends = inMemory()
  onTestFinished(() => ends.forEach((end) => end.destroy()))
  const arrived = new Promise<void>((resolve) => {
    const mux = Protomux.from(ends[0]) as unknown as { createChannel(opts: ChannelOptions): unknown }
    const { createChannel } = mux
    mux.createChannel = (opts) => {
      if (opts.protocol !== 'manycore/mirror') return createChannel.call(mux, opts)
      const messages = opts.messages.map(({ encoding, onmessage }) => ({
        encoding,
        onmessage: async (message: Message) => (resolve(), await released, onmessage(copyOf(message)))
      }))
      return createChannel.call(mux, { ...opts, messages })
    }
  })
  for (const [i, end] of ends.entries()) {
    end.on('error', () => {})
    stores[i]!.replicate(end as never)
  }
  return { arrived, release }
}

interface ChannelOptions {
  readonly protocol: string
  readonly messages: readonly { encoding: object; onmessage(message: Message): unknown }[]
}

interface Message {
  readonly bytes: Uint8Array
}

function copyOf(message: Message): Message {
  return { ...message, bytes: b4a.from(message.bytes) }
}

type End = InstanceType<typeof NoiseSecretStream>

/** Two ends of a stream, piped into each other. @param keyPairs  of the two ends; default: new ones */
export function inMemory(keyPairs: readonly object[] = []): [End, End] {
  const ends: [End, End] = [
    new NoiseSecretStream(true, null, { keyPair: keyPairs[0] }),
    new NoiseSecretStream(false, null, { keyPair: keyPairs[1] })
  ]
  for (const end of ends) end.on('error', () => {})
  const [near, far] = ends.map(({ rawStream }) => rawStream as unknown as NodeJS.ReadWriteStream)
  near!.pipe(far!).pipe(near!)
  return ends
}

async function overTcp(): Promise<[End, End]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far] = (await once(server, 'connection')) as [Socket]
  server.close()
  return [new NoiseSecretStream(true, near), new NoiseSecretStream(false, far)]
}

/** Counts the cores that a store has open. @returns how many there have been at once so far */
export function mostOpen(store: Corestore): () => number {
  let [open, most] = [0, 0]
  store.on('core-open', () => (most = Math.max(most, ++open)))
  store.on('core-close', () => void open--)
  return () => most
}
