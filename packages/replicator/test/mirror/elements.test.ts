import b4a from 'b4a'
import { expect, test } from 'vitest'
import { Elements, NEWS_BYTES } from '../../src/mirror/elements.js'
import { STATE_BYTES, writeState } from '../../src/mirror/state.js'

const [one, other, third] = [1, 2, 3].map((n) => b4a.alloc(32, n)) as [Uint8Array, Uint8Array, Uint8Array]
const key = b4a.alloc(32, 9)

function state(fork: number, length: number, held = length): Uint8Array {
  const bytes = b4a.alloc(STATE_BYTES)
  const core = { discoveryKey: key, key, fork, length, held, blocks: null, writable: false, names: [] }
  writeState(bytes, core)
  return bytes
}

test('both ends of a stream have the same ids, versions and secret', () => {
  const [here, there] = [new Elements(one, other), new Elements(other, one)]
  expect(here.idOf(key).slice()).toEqual(there.idOf(key).slice())
  expect(here.versionOf(key, state(0, 5)).slice()).toEqual(there.versionOf(key, state(0, 5)).slice())
  expect(here.secret).toEqual(there.secret)
})

test('a core has another id and version for each pair of peers, and each state another version', () => {
  const [here, elsewhere] = [new Elements(one, other), new Elements(one, third)]
  expect(here.idOf(key).slice()).not.toEqual(elsewhere.idOf(key).slice())
  expect(here.versionOf(key, state(0, 5)).slice()).not.toEqual(elsewhere.versionOf(key, state(0, 5)).slice())
  const versions = [state(0, 5), state(1, 5), state(0, 6), state(0, 5, 4)].map((each) =>
    b4a.toString(here.versionOf(key, each), 'hex')
  )
  expect(new Set(versions).size).toBe(4)
})

test('news can be read with the key of the core only, and what they say of its state not be changed', () => {
  const [here, there] = [new Elements(one, other), new Elements(other, one)]
  const told = state(3, 2 ** 40, 7)
  const news = here.seal(key, told, 2)
  expect(news.byteLength).toBe(NEWS_BYTES)
  expect(there.open(key, news)).toEqual(new Uint8Array([...told, 2]))
  expect(there.open(b4a.alloc(32, 8), news)).toBe(null)
  expect(new Elements(other, third).open(key, news)).toBe(null)
  for (let i = 16; i < NEWS_BYTES - 1; i++) {
    const changed = news.slice()
    changed[i]! ^= 1
    expect(there.open(key, changed)).toBe(null)
  }
})
