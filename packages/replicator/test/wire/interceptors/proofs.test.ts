import type { Peer } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { BAD_PROOFS } from '../../../src/defaults.js'
import { forgive, judge } from '../../../src/wire/interceptors/proofs.js'

const [CHECKSUM, OPERATION] = ['INVALID_CHECKSUM', 'INVALID_OPERATION'].map((code) => failure(code))

test('as many wrong proofs as are borne, and no more, whenever they come', () => {
  const peer = aPeer()
  for (let i = 1; i < BAD_PROOFS; i++) expect(judge(CHECKSUM!, peer, true, i * 1e6).isBearable).toBe(true)
  for (let i = 0; i < 100; i++) forgive(peer)
  expect(judge(CHECKSUM!, peer, true, 1e9).isBearable).toBe(false)
})

test('what does not fit counts if nobody asked for it', () => {
  const peer = aPeer()
  for (let i = 1; i < BAD_PROOFS; i++) expect(judge(OPERATION!, peer, false, 0).isBearable).toBe(true)
  expect(judge(OPERATION!, peer, false, 0).isBearable).toBe(false)
})

test('what does not fit is forgiven for a block that is right, and after a second', () => {
  for (const by of ['block', 'second']) {
    const peer = aPeer()
    for (let i = 0; i < 10 * BAD_PROOFS; i++) {
      expect(judge(OPERATION!, peer, false, by === 'second' ? i * 1000 : 0).isBearable).toBe(true)
      if (by === 'block') forgive(peer)
    }
  }
})

test('an answer that does not fit counts only if we would ask the peer again and again', () => {
  const [paused, asked] = [aPeer(true), aPeer(false)]
  for (let i = 1; i < BAD_PROOFS; i++) judge(OPERATION!, asked, true, 0)
  for (let i = 0; i < 10 * BAD_PROOFS; i++) expect(judge(OPERATION!, paused, true, 0).isBearable).toBe(true)
  expect(judge(OPERATION!, asked, true, 0).isBearable).toBe(false)
})

test('there is one event per second, which says how many had none, and one at the end', () => {
  const peer = aPeer()
  const told = Array.from({ length: 2 * BAD_PROOFS }, (_, i) => judge(CHECKSUM!, peer, false, i * 40))
  const events = told.flatMap(({ isTold, untold }, i) => (isTold ? [[i, untold]] : []))
  expect(events).toEqual([
    [0, 0],
    [25, 24],
    [50, 24],
    [63, 12],
    [88, 24],
    [113, 24]
  ])
})

test('a failure of our storage is borne from nobody, and told each time', () => {
  const peer = aPeer()
  const failed = { isBearable: false, isTold: true, untold: 0 }
  for (let i = 0; i < 3; i++) expect(judge(new Error('EIO'), peer, true, 0)).toEqual(failed)
})

function failure(code: string): Error {
  return new Error('wrong', { cause: Object.assign(new Error('no'), { code }) })
}

function aPeer(paused = false): Peer {
  return { paused } as unknown as Peer
}
