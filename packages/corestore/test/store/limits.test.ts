import type { ReplicatorError } from '@manycore/replicator'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../kit/open-store.js'

test('limits bound what a remote can make a store open', async () => {
  const [a, b] = [openStore({ limits: { coresPerStream: 1 } }), openStore()]
  const cores = ['one', 'two'].map((name) => a.get({ name, active: false })) // nobody here wants their data
  for (const core of cores) await core.append('x')
  const limited = new Promise<ReplicatorError>((resolve) => a.replicator.once('limited', resolve))
  const [one, other] = [a.replicate(true), b.replicate(false)]
  for (const stream of [one, other]) stream.on('error', () => {})
  one.pipe(other).pipe(one)
  onTestFinished(() => void one.destroy())
  for (const core of cores) expect(await b.get(core.key!).get(0)).toBeTruthy()
  expect((await limited).code).toBe('TOO_MANY_CORES')
  expect(cores.map((core) => core.peers.length)).toEqual([0, 1])
})

test('a limit that is none is a BAD_ARGUMENT', () => {
  expect(() => openStore({ limits: { lookups: 0 } })).toThrow(
    expect.objectContaining({ name: 'TypeError', code: 'BAD_ARGUMENT', field: 'limits.lookups' })
  )
})
