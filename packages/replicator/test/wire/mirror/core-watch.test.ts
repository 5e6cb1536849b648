import Hypercore from 'hypercore'
import type { InnerCore } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import { downloadAll, isWanted } from '../../../src/wire/mirror/core-watch.js'
import { temporaryDirectory } from '../../kit/temporary-directory.js'

test('a session that begins to want what a mirror downloads is told of, and the mirror is not', async () => {
  const core = new Hypercore<Uint8Array>(temporaryDirectory(), { active: false } as never)
  onTestFinished(() => core.close())
  await core.ready()
  const inner = core.core as InnerCore
  const told: InnerCore[] = []
  const end = await downloadAll(inner, (wanted) => told.push(wanted))
  expect([told.length, isWanted(inner)]).toEqual([0, false])
  const session = core.session({ active: true } as never)
  await session.ready()
  expect(told).toEqual([inner])
  expect(isWanted(inner)).toBe(true)
  await end()
  await core.session({ active: true } as never).ready()
  expect(told.length).toBe(1)
})
