// Real Hypercores in a temporary directory, two of them replicating over real Noise streams.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hypercore as HypercoreSession, Peer, ProtocolStream } from '@manycore/hypercore-types'
import Hypercore from 'hypercore'
import CorestoreStorage from 'hypercore-storage'

export interface World {
  readonly dir: string
  readonly storage: CorestoreStorage
  /** three blocks, encrypted, in a group, stored under an alias */
  readonly writer: HypercoreSession
  /** a replica of it with block 0 */
  readonly reader: HypercoreSession
  readonly streams: [ProtocolStream, ProtocolStream]
  readonly peer: Peer
  readonly remotePeer: Peer
  close(): Promise<void>
}

export const NAMESPACE: Uint8Array = new Uint8Array(32).fill(3)
export const TOPIC: Uint8Array = new Uint8Array(32).fill(4)
const ENCRYPTION_KEY = new Uint8Array(32).fill(5)

export async function createWorld(): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'manycore-types-'))
  const storage = new CorestoreStorage(join(dir, 'writer'))
  const alias = { name: 'log', namespace: NAMESPACE }
  const core = Hypercore.createCore(storage, { alias, compat: false, autoClose: true })
  await core.ready()
  const writer = new Hypercore(null, null, { core, encryption: ENCRYPTION_KEY })
  await writer.setGroup(TOPIC)
  await writer.append(['a', 'b', 'c'])
  await writer.setUserData('note', 'hello')

  const reader = new Hypercore(join(dir, 'reader'), writer.key, { encryption: ENCRYPTION_KEY })
  await reader.ready()
  const peers = Promise.all([firstPeer(writer), firstPeer(reader)])
  const streams: World['streams'] = [writer.replicate(true), reader.replicate(false)]
  streams[0].pipe(streams[1]).pipe(streams[0])
  const [peer, remotePeer] = await peers
  await reader.get(0)

  return {
    dir,
    storage,
    writer,
    reader,
    streams,
    peer,
    remotePeer,
    async close() {
      for (const stream of streams) stream.destroy()
      await reader.close()
      await writer.close()
      await storage.close()
      await rm(dir, { recursive: true, force: true })
    }
  }
}

function firstPeer(core: HypercoreSession): Promise<Peer> {
  return new Promise((resolve) => core.once('peer-add', resolve))
}
