import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import b4a from 'b4a'
import { MemoryEngine } from '@manycore/kv'
import type { StorageInput } from '@manycore/storage-adapters'
import RandomAccessFile from 'random-access-file'
import { expect, onTestFinished, test } from 'vitest'
import { Corestore } from '../../../../src/index.js'
import { checkKept } from '../../../kit/kept-index.js'
import { PEERS, level, meet } from '../../../kit/known-peers.js'
import { append, blocks } from '../../../kit/mirrors.js'
import { openStore } from '../../../kit/open-store.js'
import { temporaryDirectory } from '../../../kit/temporary-directory.js'

const WRITER = fileURLToPath(new URL('../../../fixtures/mirror-until-killed.cjs', import.meta.url))
const OPTIONS = { primaryKey: b4a.alloc(32, 1), unsafe: true, lingerMs: 0, mirror: true } as const

const BATCHES = [5, 26, 41, 55, 70].map((n) => ['batch', n] as const)
/** Making it takes 6 or 7 batches; at a later meeting there are 3 until both are level, and 2 when they part. */
const INDEX = [1, 2, 3, 4, 5, 6, 8, 2, 3, 4, 5, 9].map((n) => ['index', n] as const)
const WRITES = [1, 20, 33].map((n) => ['write', n] as const)

const KINDS = {
  files: {
    kills: [...INDEX, ...BATCHES, ...WRITES],
    open:
      (directory: string): StorageInput =>
      (name) =>
        new RandomAccessFile(name, { directory })
  },
  RocksDB: { kills: [...INDEX, ...BATCHES], open: (directory: string): StorageInput => directory }
}

test.each(Object.keys(KINDS) as (keyof typeof KINDS)[])(
  'on %s, whenever a process with a peer is killed, the index of the peer is right as far as it says',
  async (kind) => {
    const { kills, open } = KINDS[kind]
    const directory = temporaryDirectory()
    const peer = openStore(OPTIONS, new MemoryEngine())
    for (let i = 0; i < 12; i++) await (peer.get({ name: `mine ${i}` }) as { ready(): Promise<void> }).ready()
    const port = await served(peer)
    const moments = new Set<string>()
    let kept = 0
    for (const [i, [what, n]] of kills.entries()) {
      await append(peer, `theirs ${i % 4}`, `at ${i}`)
      moments.add(await killed([kind, directory, String(port), what, String(n)]))
      kept += await checkKept(open(directory))
    }
    expect([...moments].toSorted()).toEqual(expect.arrayContaining(['appending', 'connecting']))
    expect(kept).toBeGreaterThan(5)

    const store = new Corestore(open(directory), OPTIONS)
    await (meet([store, peer]), level([store, peer]))
    for (const name of ['mine 0', 'mine 11', 'theirs 0', 'theirs 3']) {
      const all = await blocks(store, name)
      expect(all.length).toBeGreaterThan(0)
      expect(await blocks(peer, name)).toEqual(all)
    }
    await store.close()
    expect(await checkKept(open(directory))).toBe(1)
  }
)

/** Serves a store. @returns at which port */
async function served(store: Corestore): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    const noise = new NoiseSecretStream(false, socket, { keyPair: PEERS[1]! } as never)
    noise.on('error', () => {})
    store.replicate(noise as never)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** Runs a writer until it kills itself. @returns what it was doing then */
async function killed(args: readonly string[]): Promise<string> {
  const writer = spawn(process.execPath, [WRITER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(writer, 'exit')
  let said = ''
  for await (const text of writer.stdout) said += String(text)
  expect(await exit).toEqual([null, 'SIGKILL'])
  return said.trim().split('\n').at(-1)!
}
