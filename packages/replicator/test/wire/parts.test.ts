import Hypercore from 'hypercore'
import { expect, onTestFinished, test } from 'vitest'
import { declarationsIn } from '../../../../test/upstream/declarations.js'
import { touchedElsewhere } from '../../../../test/upstream/elsewhere.js'
import { type Installed, installedFor, movedParts } from '../../../../test/upstream/installed.js'
import { StoredCores } from '../kit/stored-cores.js'
import { inMemory } from '../kit/wires.js'

const SRC = 'packages/replicator/src'
const declarations = declarationsIn(`${SRC}/wire`)

test('every private part of upstream that wire/ declares is there, and is what it was', async () => {
  expect(declarations.flatMap(({ members }) => members).length).toBeGreaterThan(25)
  expect(movedParts(declarations, await installed())).toEqual([])
})

test('no other file touches a private part of upstream', () => {
  expect(touchedElsewhere(SRC, `${SRC}/wire`, declarations)).toEqual([])
})

/** Of Hypercores that replicate without us: nothing of theirs is replaced. */
async function installed(): Promise<Installed> {
  const [near, far] = [new StoredCores(), new StoredCores()]
  onTestFinished(async () => {
    await near.close()
    await far.close()
  })
  const [stream, theirs] = await inMemory()
  const core = await near.get({ blocks: ['a'] })
  const copy = await far.get({ key: core.key! })
  core.core!.replicator.attachTo(Hypercore.createProtocolStream(stream).noiseStream.userData!)
  copy.core!.replicator.attachTo(Hypercore.createProtocolStream(theirs).noiseStream.userData!)
  await copy.get(0)

  const { file, version } = installedFor(import.meta.url, 'hypercore')
  const parts = new Map([
    ['hypercore Core', { object: core.core!, version }],
    ['hypercore Replicator', { object: core.core!.replicator, version }],
    ['hypercore Peer', { object: core.peers[0]!, version }],
    ['hypercore RemoteBitfieldPage', { object: pageOf(core.peers[0]!), version }],
    ['protomux Protomux', { object: stream.userData!, version: installedFor(file, 'protomux').version }],
    ['protomux Channel', { object: core.peers[0]!.channel, version: installedFor(file, 'protomux').version }],
    [
      '@hyperswarm/secret-stream NoiseSecretStream',
      { object: stream, version: installedFor(file, '@hyperswarm/secret-stream').version }
    ]
  ])
  stream.destroy()
  return parts
}

/** Of what the peer has: a page is made for the first block that is not just one more from 0 on. */
function pageOf(peer: object): object {
  const { remoteBitfield } = peer as {
    remoteBitfield: { set(index: number, value: boolean): void; getBitfield(index: number): object }
  }
  remoteBitfield.set(1, true)
  return remoteBitfield.getBitfield(1)
}
