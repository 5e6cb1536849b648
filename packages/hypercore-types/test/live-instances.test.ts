import { join } from 'node:path'
import type { Hypercore as HypercoreSession } from '@manycore/hypercore-types'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import b4a from 'b4a'
import Hypercore from 'hypercore'
import CorestoreStorage from 'hypercore-storage'
import Protomux from 'protomux'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BUT_FOR, NOT_YET } from './newer-members.js'
import { createShapeCheck } from './shape.js'
import { readTypes } from './type-reader.js'
import { NAMESPACE, TOPIC, type World, createWorld } from './world.js'

const reader = readTypes('../src/index.ts')
const shape = createShapeCheck(reader, NOT_YET)
const mismatches = (name: string, value: unknown): string[] =>
  shape.mismatches(value, reader.named(name), name)

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all = []
  for await (const row of rows) all.push(row)
  return all
}

type Keys = [Uint8Array, Uint8Array, Uint8Array]

let world: World

beforeAll(async () => {
  world = await createWorld()
})

afterAll(async () => {
  await world.close()
})

describe(`a Hypercore session${BUT_FOR}`, () => {
  test('fits before it is opened, open and closed', async () => {
    const core = new Hypercore(join(world.dir, 'states'), world.writer.key)
    expect(mismatches('Hypercore', core)).toEqual([])
    await core.ready()
    expect(mismatches('Hypercore', core)).toEqual([])
    await core.close()
    expect(mismatches('Hypercore', core)).toEqual([])
  })

  test('fits while it waits for its preload', async () => {
    const core = new Hypercore(null, null, { preload: Promise.resolve({ core: world.writer.core }) })
    expect(core.core).toBe(null)
    expect(mismatches('Hypercore', core)).toEqual([])
    await core.ready()
    expect(mismatches('Hypercore', core)).toEqual([])
    await core.close()
  })

  test('fits with peers, encryption and group, on both sides', () => {
    expect(mismatches('Hypercore', world.writer)).toEqual([])
    expect(mismatches('Hypercore', world.reader)).toEqual([])
  })

  test('fits as session, snapshot and named session', async () => {
    const sessions: HypercoreSession<unknown>[] = [
      world.writer.session({ valueEncoding: 'json', onwait: () => {}, onseq: () => {} }),
      world.writer.snapshot(),
      world.writer.session({ name: 'draft' }),
      world.writer.session({ encodeBatch: () => [] })
    ]
    for (const session of sessions) {
      await session.ready()
      expect(mismatches('Hypercore', session)).toEqual([])
      await session.close()
    }
  })

  test('gives what its methods say', async () => {
    const { writer } = world
    expect(mismatches('CoreStats', await writer.info())).toEqual([])
    expect(mismatches('ReadableStream', writer.createReadStream())).toEqual([])
    expect(mismatches('ReadableStream', writer.createByteStream())).toEqual([])
    expect(mismatches('WritableStream', writer.createWriteStream())).toEqual([])
    expect(mismatches('Encryption', writer.encryption)).toEqual([])
    const extension = writer.registerExtension('x')
    expect(mismatches('Extension', extension)).toEqual([])
    extension.destroy()
    const download = writer.download({ start: 0, end: 1 })
    expect(mismatches('Download', download)).toEqual([])
    expect(await download.done()).toBe(true)
    download.destroy()
  })
})

test(`an inner core fits before it is opened, open, replicating and closed${BUT_FOR}`, async () => {
  const session = new Hypercore(join(world.dir, 'inner'), world.writer.key)
  const core = session.core!
  expect(mismatches('InnerCore', core)).toEqual([])
  await session.ready()
  expect(mismatches('InnerCore', core)).toEqual([])
  expect(mismatches('AuditResult', await core.audit({ dryRun: true }))).toEqual([])
  await session.close()
  expect(mismatches('InnerCore', core)).toEqual([])

  expect(mismatches('InnerCore', world.writer.core)).toEqual([])
  expect(mismatches('InnerCore', world.reader.core)).toEqual([])
})

test('a core without any key has no discovery key until it is opened, as the docstring says', async () => {
  const session = new Hypercore(join(world.dir, 'keyless'))
  expect(mismatches('InnerCore', session.core)).toEqual([
    expect.stringMatching(/^InnerCore.discoveryKey is null/)
  ])
  await session.ready()
  expect(mismatches('InnerCore', session.core)).toEqual([])
  await session.close()
})

test(`a replicator and its peers fit, on both sides${BUT_FOR}`, () => {
  for (const core of [world.writer.core!, world.reader.core!]) {
    core.replicator.ondownloading = () => {}
    expect(mismatches('CoreReplicator', core.replicator)).toEqual([])
    core.replicator.ondownloading = null
    expect(core.replicator.peers).toHaveLength(1)
  }
  expect(mismatches('Peer', world.peer)).toEqual([])
  expect(mismatches('Peer', world.remotePeer)).toEqual([])
})

test('a group update fits', async () => {
  const core = world.writer.core!
  const before = core.ongroupupdate
  const update = new Promise((resolve) => {
    core.ongroupupdate = (topic, update) => resolve([topic, update])
  })
  await world.writer.append('d')
  core.ongroupupdate = before
  const [topic, change] = (await update) as [unknown, unknown]
  expect(topic).toBeInstanceOf(Uint8Array)
  expect(mismatches('GroupUpdate', change)).toEqual([])
})

describe('a protocol stream', () => {
  test('fits before and after the handshake, and destroyed, with its mux', async () => {
    const a = Hypercore.createProtocolStream(true)
    const b = Hypercore.createProtocolStream(false)
    const fits = (): void => {
      for (const stream of [a, b]) {
        expect(mismatches('ProtocolStream', stream)).toEqual([])
        expect(mismatches('NoiseStream', stream.noiseStream)).toEqual([])
        expect(mismatches('Protomux', stream.noiseStream.userData)).toEqual([])
      }
    }
    fits()
    a.pipe(b).pipe(a)
    await Promise.all([a.noiseStream.opened, b.noiseStream.opened])
    fits()
    const closed = new Promise<void>((resolve) => a.noiseStream.once('close', resolve))
    a.destroy()
    b.destroy()
    await closed
    fits()
  })

  test('fits as a bare Noise stream, before anybody started it or made a mux', () => {
    const idle = new NoiseSecretStream(true, null, { autoStart: false })
    expect(idle.publicKey).toBe(null)
    expect(mismatches('NoiseStream', idle)).toEqual([])
    idle.destroy()
    const stream = new NoiseSecretStream(true)
    expect(mismatches('NoiseStream', stream)).toEqual([])
    expect(mismatches('Protomux', Protomux.from(stream))).toEqual([])
    stream.destroy()
  })

  test('has a mux whose last channel fits', () => {
    const mux = world.peer.protomux
    const channel = mux.getLastChannel({ protocol: 'hypercore/alpha', id: world.writer.discoveryKey })
    expect(mismatches('Protomux', mux)).toEqual([])
    expect(mismatches('Channel', channel)).toEqual([])
  })
})

describe('a storage', () => {
  test('fits before it is opened, open and closed', async () => {
    const storage = new CorestoreStorage(join(world.dir, 'storage'))
    expect(mismatches('CorestoreStorage', storage)).toEqual([])
    await storage.ready()
    expect(mismatches('CorestoreStorage', storage)).toEqual([])
    await storage.close()
    expect(mismatches('CorestoreStorage', storage)).toEqual([])
  })

  test('gives rows and records that fit', async () => {
    const { storage, writer } = world
    const discoveryKey = writer.discoveryKey!
    const stored = await collect(storage.createCoreStream())
    const aliases = await collect(storage.createAliasStream(NAMESPACE))
    expect([stored.length, aliases.length]).toEqual([1, 1])
    expect(mismatches('StoredCore', stored[0])).toEqual([])
    expect(mismatches('AliasEntry', aliases[0])).toEqual([])
    expect(mismatches('CoreAuth', await storage.getAuth(discoveryKey))).toEqual([])
    expect(
      mismatches('CoreInfo', await storage.getInfo(discoveryKey, { auth: true, head: true, hints: true }))
    ).toEqual([])
    expect(mismatches('StorageAtom', storage.createAtom())).toEqual([])
    expect(await collect(storage.createDiscoveryKeyStream())).toEqual([discoveryKey])
    expect(await storage.getAlias({ name: 'log', namespace: NAMESPACE })).toEqual(discoveryKey)
    expect(await storage.getGroup(TOPIC)).toBe(0)
    expect(await storage.hasCore(discoveryKey)).toBe(true)
    expect(await storage.getSeed()).toBe(null)
    expect(await storage.setSeed(TOPIC)).toEqual(TOPIC)
  })

  test('keeps an encryption key with the core', async () => {
    const [key, discoveryKey, encryptionKey] = [6, 7, 8].map((n) => new Uint8Array(32).fill(n)) as Keys
    await world.storage.createCore({ key, discoveryKey, manifest: null, encryptionKey })
    const auth = await world.storage.getAuth(discoveryKey)
    expect(mismatches('CoreAuth', auth)).toEqual([])
    expect(b4a.equals(auth!.encryptionKey!, encryptionKey)).toBe(true)
  })

  test('gives null for a core that is not stored', async () => {
    expect(await world.storage.getInfo(TOPIC)).toBe(null)
    expect(await world.storage.getAuth(TOPIC)).toBe(null)
    expect(await world.storage.resumeCore(TOPIC)).toBe(null)
    expect(await world.storage.getAlias({ name: 'none', namespace: NAMESPACE })).toBe(null)
    expect(await world.storage.getGroup(NAMESPACE)).toBe(null)
  })

  test("has a core's own storage that fits", async () => {
    const own = (await world.storage.resumeCore(world.writer.discoveryKey!))!
    expect(mismatches('CoreStorage', own)).toEqual([])
    const read = own.read()
    expect(mismatches('CoreRead', read)).toEqual([])
    const records = Promise.all([read.getHead(), read.getAuth()])
    read.tryFlush()
    expect(mismatches('CoreAuth', (await records)[1])).toEqual([])
  })
})

test('key pairs fit, with and without a secret half', () => {
  expect(mismatches('KeyPair', world.writer.keyPair)).toEqual([])
  expect(mismatches('PublicKeyPair', world.writer.keyPair)).toEqual([])
  expect(mismatches('PublicKeyPair', { publicKey: TOPIC, secretKey: null })).toEqual([])
  expect(mismatches('KeyPair', { publicKey: TOPIC, secretKey: null })).toHaveLength(1)
})

test('manifests fit: of one signer, and with all that version 2 knows', async () => {
  expect(mismatches('Manifest', world.writer.manifest)).toEqual([])
  const manifest = {
    version: 2,
    quorum: 0,
    signers: [],
    prologue: { hash: await world.writer.treeHash(), length: world.writer.length },
    linked: [world.writer.key!],
    userData: TOPIC
  }
  expect(mismatches('ManifestInput', manifest)).toEqual([])
  const core = new Hypercore(join(world.dir, 'linked'), { manifest })
  await core.ready()
  expect(mismatches('Manifest', core.manifest)).toEqual([])
  await core.close()
})

// A member whose type has null fits anything that happens to be null: each must have been there once.
test.each([
  'Hypercore',
  'InnerCore',
  'CoreReplicator',
  'Peer',
  'Channel',
  'CorestoreStorage',
  'CoreInfo',
  'CoreAuth',
  'NoiseStream',
  'ProtocolStream',
  'Protomux',
  'KeyPair',
  'Manifest'
])(`every member of %s was seen with a value${BUT_FOR}`, (name) => {
  const members = reader.checker.getPropertiesOfType(reader.named(name)).map((member) => member.name)
  expect(members.length).toBeGreaterThan(1)
  const unseen = members.filter((member) => !shape.seen.has(`${name}.${member}`))
  expect(unseen.filter((member) => !NOT_YET.has(`${name}.${member}`))).toEqual([])
})
