import { expect, test } from 'vitest'
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
