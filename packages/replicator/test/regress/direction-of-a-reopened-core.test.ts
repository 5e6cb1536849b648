import { expect, test } from 'vitest'
import { read, side } from '../kit/side.js'
import { next } from '../kit/stored-cores.js'
import { inMemory } from '../kit/wires.js'

// The direction of a core that closed by itself was kept, and one that may go both ways did not replace it.
test('a core that closed and is opened again goes the way that the policy says now', async () => {
  let download = false
  const near = side({ policy: { access: () => true, download: () => download } })
  const far = side()
  const theirs = await far.source.get({ blocks: ['theirs'] }, { active: false }) // asks for nothing
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  const attached = next(near.replicator, 'attach')
  const copy = await near.source.get({ key: theirs.key! })
  await attached
  await copy.close()
  await copy.core!.close()
  near.source.map.clear()

  download = true
  await near.replicator.policyChanged()
  expect(await read(await near.source.get({ key: theirs.key! }))).toBe('theirs')
})
