import b4a from 'b4a'
import type { Hypercore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { read, side, type Side } from '../kit/side.js'
import { inMemory } from '../kit/wires.js'

// Protomux 3.12.1 forgets that a remote closed a channel which it had not answered yet, and opens it later all the
// same. The number of the channel is taken for us, and free for the remote, which uses it for another core:
// 'Invalid open message', and the whole stream is gone.
test('a remote may close a channel before we have answered, and use its number again', async () => {
  const { near, far, copy, stream, answer } = await asked()
  far.replicator.detach(copy)
  await turns()
  await answer()
  for (const name of ['other', 'another']) {
    const core = await near.source.get({ blocks: [name] })
    expect(await read(await far.source.get({ key: core.key! }))).toBe(name)
  }
  expect(stream.destroyed).toBe(false)
})

test('a core whose channel was closed before it was answered can be asked for again', async () => {
  const { far, copy, answer } = await asked()
  far.replicator.detach(copy)
  await turns()
  await answer()
  far.replicator.attach(copy)
  expect(await read(copy)).toBe('stored')
})

/** The far side has asked for a core, which the near one is still opening. */
async function asked(): Promise<{
  near: Side
  far: Side
  copy: Hypercore
  stream: { destroyed: boolean }
  answer: () => Promise<void>
}> {
  const [near, far] = [side(), side()]
  const core = await near.source.get({ blocks: ['stored'] }, { active: false })
  const { open } = near.source
  let go = (): void => {}
  const gone = new Promise<void>((resolve) => (go = resolve))
  const looked = new Promise<void>((started) => {
    near.source.open = async function (discoveryKey) {
      started()
      await gone
      return b4a.equals(discoveryKey, core.discoveryKey!) ? core.core! : open.call(this, discoveryKey)
    }
  })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  const copy = await far.source.get({ key: core.key! })
  await looked
  const answer = async (): Promise<void> => {
    go()
    await turns()
  }
  return { near, far, copy, stream: one, answer }
}

async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
}
