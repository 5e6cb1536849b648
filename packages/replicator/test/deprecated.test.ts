import { expect, test } from 'vitest'
import type { ProtocolStream } from '@manycore/hypercore-types'
import {
  downloadOnly,
  publisher,
  readOnlyMirror,
  type ReplicationPolicy,
  type ReplicatorError,
  uploadOnly
} from '../src/index.js'
import { side } from './kit/side.js'
import { inMemory } from './kit/wires.js'

/** Names that go with the next minor version, and what is to be used instead: both work until then. */

test.each([
  ['publisher', publisher, uploadOnly],
  ['readOnlyMirror', readOnlyMirror, downloadOnly]
] as const)('%s() is what its new name is', (_, old, now) => {
  expect(answers(old())).toEqual(answers(now()))
})

test('uploadOnly() and downloadOnly() each allow one direction', () => {
  expect(answers(uploadOnly())).toEqual({ access: undefined, download: false })
  expect(answers(downloadOnly())).toEqual({ access: false, download: true })
})

test('refused is emitted with each limited, and for a stream that a failed handshake closes', async () => {
  const near = side({ limits: { coresPerStream: 1 } })
  const far = side()
  const told: [event: string, code: string, stream: ProtocolStream | null][] = []
  for (const event of ['limited', 'refused'] as const) {
    near.replicator.on(event, ({ code }, { stream }) => told.push([event, code, stream]))
  }
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  for (const block of ['a', 'b']) {
    const core = await near.source.get({ blocks: [block] }, { active: false })
    await (await far.source.get({ key: core.key! })).get(0)
  }
  const limited = told.filter(([event]) => event === 'limited')
  expect(limited).toContainEqual(['limited', 'TOO_MANY_CORES', one])
  expect(told).toEqual(limited.flatMap((each) => [each, ['refused', ...each.slice(1)]]))

  const refused = new Promise<ReplicatorError>((resolve) => near.replicator.once('refused', resolve))
  const [both, initiators] = [near.replicator.replicate(true), far.replicator.replicate(true)]
  for (const stream of [both, initiators]) stream.on('error', () => {})
  both.pipe(initiators).pipe(both)
  expect((await refused).code).toBe('HANDSHAKE_FAILED')
  expect(told.at(-1)).toEqual(['refused', 'HANDSHAKE_FAILED', both])
})

function answers({ access, download }: ReplicationPolicy): object {
  return { access: access?.({} as never, {} as never), download: download?.({} as never, {} as never) }
}
