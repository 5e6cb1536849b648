import { expect, test } from 'vitest'
import { read, side } from '../kit/side.js'
import { inMemory } from '../kit/wires.js'

// A core that got an upgrade from one peer and a block from another may lack a tree node that a third one needs
// for a proof. Hypercore 11.37.1 finds out when it reads the proof, and ends the stream of all cores.
test('a request that cannot be proven for want of a tree node is answered, and the stream goes on', async () => {
  const [near, far] = [side(), side()]
  const ours = await near.source.get({ blocks: ['a', 'b', 'c', 'd'] })
  const tx = (ours.core as unknown as { storage: Storage }).storage.write()
  tx.deleteTreeNode(0) // the sibling of block 1
  await tx.flush()
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  const copy = await far.source.get({ key: ours.key! })
  expect(await read(copy, 2)).toBe('c')
  const answered = new Promise<void>((resolve) => {
    const stats = copy.core!.replicator as unknown as { _requestDone(...args: unknown[]): void }
    const { _requestDone } = stats
    stats._requestDone = function (...args) {
      resolve()
      _requestDone.apply(this, args)
    }
  })
  const getting = copy.get(1)
  getting.catch(() => {}) // when the copy closes
  await answered
  const fine = await near.source.get({ blocks: ['fine'] })
  expect(await read(await far.source.get({ key: fine.key! }))).toBe('fine')
  expect([one.destroyed, near.errors]).toEqual([false, []])
})

interface Storage {
  write(): { deleteTreeNode(index: number): void; flush(): Promise<unknown> }
}
