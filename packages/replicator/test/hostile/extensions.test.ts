import b4a from 'b4a'
import { expect, test } from 'vitest'
import { until } from '../kit/policed.js'
import { connected } from './kit/open-peer.js'
import { carriesOn, joined } from './kit/stage.js'

test('an extension with a longer name than anybody registers ends the stream with BAD_FRAME', async () => {
  const { near, core, peer, offences, closed } = await connected()
  const heard: string[] = []
  core.registerExtension('x'.repeat(1000), { onmessage: (message) => heard.push(String(message)) })
  peer.wireExtension.send({ name: 'x'.repeat(1000), message: new Uint8Array([1, 65]) })
  peer.wireExtension.send({ name: 'unknown', message: new Uint8Array([66]) })
  peer.wireExtension.send({ name: 'x'.repeat(1025), message: new Uint8Array([67]) })
  expect(await closed).toBe(true)
  expect(heard).toEqual(['A'])
  expect(offences.map(({ err }) => err.code)).toEqual(['BAD_FRAME'])
  await carriesOn(near, await joined(near))
})

test('a message that a registered extension cannot decode ends the stream with BAD_FRAME, and fails no core', async () => {
  const { near, core, peer, offences, closed } = await connected()
  const heard: string[] = []
  core.registerExtension<unknown>('words', {
    encoding: 'json',
    onmessage: (message) => heard.push(String(message))
  })
  for (const text of ['"A"', 'no JSON', '"B"']) {
    peer.wireExtension.send({ name: 'words', message: b4a.from(text) })
  }
  expect(await closed).toBe(true)
  expect([heard, near.errors]).toEqual([['A'], []])
  expect(offences.map(({ err }) => err.code)).toEqual(['BAD_FRAME'])
  await carriesOn(near, await joined(near))
})

test('what a registered extension throws fails its core on the stream, which goes on', async () => {
  const { near, core, peer, ours } = await connected()
  const onmessage = (): void => {
    throw new Error('not like this')
  }
  core.registerExtension<unknown>('words', { encoding: 'json', onmessage })
  peer.wireExtension.send({ name: 'words', message: b4a.from('1') })
  await until(() => near.errors.length > 0)
  expect(near.errors.map(({ err }) => err.message)).toEqual(['not like this'])
  expect(ours.destroyed).toBe(false)
})
