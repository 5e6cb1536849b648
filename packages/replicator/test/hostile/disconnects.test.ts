import type { Hypercore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { offered, read, side, type Side } from '../kit/side.js'
import { flat, usage } from './kit/handles.js'
import { handCarried } from './kit/raw-wire.js'
import { carriesOn, closed, joined } from './kit/stage.js'

const SIDES = ['us', 'peer'] as const

/** Where a session ends: after so many bytes that went `to` us or the peer, by the hand of one of them. */
interface Cut {
  after: number
  to: (typeof SIDES)[number]
  by: (typeof SIDES)[number]
}

test('a session that is cut at any byte, from handshake to block, leaves nothing on either side', async () => {
  const near = side()
  const honest = await joined(near)
  const core = await near.source.get({ blocks: ['a'] })
  const theirs = await honest.source.get({ key: core.key! })
  await carriesOn(near, honest)
  const far = side()
  const copy = await far.source.get({ key: core.key! })

  const whole = await session(near, far, copy, null)
  const again = await session(near, far, copy, null) // the length is known now
  const before = await usage()
  let [cuts, blocks] = [0, 0]
  const ways = SIDES.flatMap((to) => SIDES.map((by) => ({ to, by })))
  for (const { to, by } of ways) {
    for (let after = 0; after <= Math.max(whole[to], again[to]); after++) {
      const { read } = await session(near, far, copy, { after, to, by })
      cuts++
      if (read) blocks++
      const where = `${after} bytes to ${to}, cut by ${by}`
      expect(
        [near, far].map(({ replicator }) => replicator.streams.records.length),
        where
      ).toEqual([1, 0])
      expect(
        [core, copy].map(({ peers }) => peers.length),
        where
      ).toEqual([1, 0])
      if (cuts % 50 === 0) await rereads(theirs)
    }
  }
  const grown = await flat(before)
  console.log(
    `${cuts} cuts of a session of ${whole.us} and ${whole.peer} bytes, ${blocks} after the block, ${grown} bytes left`
  )
  expect([near.errors, far.errors]).toEqual([[], []])
  expect(await session(near, far, copy, null)).toMatchObject({ read: true })
  await carriesOn(near, honest)
})

/** Carries until the peer has read the block, or until the cut. @returns bytes that arrived */
async function session(
  near: Side,
  far: Side,
  copy: Hypercore,
  cut: Cut | null
): Promise<{ us: number; peer: number; read: boolean }> {
  const arrived = { us: 0, peer: 0 }
  let isOver = false
  const [ours, theirs] = handCarried((bytes, end) => {
    const to = end === ours ? 'us' : 'peer'
    const room = cut?.to === to ? cut.after - arrived[to] : Infinity
    if (isOver) return
    const part = bytes.subarray(0, room)
    arrived[to] += part.byteLength
    if (part.byteLength > 0) end.rawStream.write(part)
    if (room <= bytes.byteLength) over()
  })
  const over = (): void => {
    isOver = true
    const end = cut?.by === 'peer' ? theirs : ours
    end.destroy()
  }
  const ends = Promise.all([closed(ours), closed(theirs)])
  near.replicator.replicate(ours)
  far.replicator.replicate(theirs)
  if (cut?.after === 0) over()
  await copy.clear(0, 1)
  const reading = copy.get(0).then(
    () => true,
    () => false
  )
  const got = await Promise.race([reading, ends.then(() => false)])
  if (got) over()
  await ends
  expect([offered(copy, ours), offered(copy, theirs)]).toEqual([false, false])
  return { ...arrived, read: got }
}

/** The honest peer gets the block once more. */
async function rereads(copy: Hypercore): Promise<void> {
  await copy.clear(0, 1)
  expect(await read(copy)).toBe('a')
}
