import { EventEmitter } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NOT_YET, SINCE } from './newer-members.js'
import { readTypes } from './type-reader.js'
import { type World, createWorld } from './world.js'

const reader = readTypes('../src/index.ts')
const interfaceMembers = (name: string): string[] =>
  reader.checker.getPropertiesOfType(reader.named(name)).map((member) => member.name)

// What a Hypercore has and the interface has not. A new upstream member belongs into one of the two.
const LEFT_OUT: Record<string, string[]> = {
  'no longer works in Hypercore 11, or does nothing': ['cancel', 'contiguousByteLength'],
  'deprecated by upstream': ['undownload'],
  'for repair tools': [
    'applyProof',
    'generateRemoteProofForTreeNode',
    'recovering',
    'recoverFromRemoteProof',
    'recoverTreeNodeFromPeers'
  ],
  'state that Hypercore keeps for itself': [
    'activeRequests',
    'clearRequests',
    'extensions',
    'globalCache',
    'ongc',
    'onseq',
    'onwait',
    'preload',
    'state',
    'transferSession',
    'waits'
  ]
}

let world: World

beforeAll(async () => {
  world = await createWorld()
})

afterAll(async () => {
  await world.close()
})

test('what the interface has of a newer Hypercore is there from its version on, and not before', () => {
  for (const member of Object.keys(SINCE)) {
    expect(member.replace('Hypercore.', '') in world.writer, member).toBe(!NOT_YET.has(member))
  }
})

test('every public member of a Hypercore is in the interface, or left out for a reason', () => {
  const prototype = Object.getPrototypeOf(world.writer) as object
  const inherited = new Set([...Object.keys(new EventEmitter()), 'constructor'])
  const members = [...Object.keys(world.writer), ...Object.getOwnPropertyNames(prototype)].filter(
    (name) => !name.startsWith('_') && !inherited.has(name)
  )
  const known = new Set(interfaceMembers('Hypercore'))
  const unknown = members.filter((name) => !known.has(name))
  expect(unknown.toSorted()).toEqual(Object.values(LEFT_OUT).flat().toSorted())
})
