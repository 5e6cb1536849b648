import Hypercore from 'hypercore'
import { expect, onTestFinished, test } from 'vitest'
import { declarationsIn } from '../../../../test/upstream/declarations.js'
import { touchedElsewhere } from '../../../../test/upstream/elsewhere.js'
import { installedFor, movedParts } from '../../../../test/upstream/installed.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

const SRC = 'packages/sessions/src'
const declarations = declarationsIn(`${SRC}/upstream`)

test('every private part of Hypercore that upstream/ declares is there, and is what it was', async () => {
  const session = new Hypercore(temporaryDirectory())
  onTestFinished(() => session.close())
  await session.ready()
  const { version } = installedFor(import.meta.url, 'hypercore')
  const installed = new Map([
    ['hypercore Core', { object: session.core!, version }],
    ['hypercore Hypercore', { object: session, version }]
  ])
  expect(declarations.flatMap(({ members }) => members).length).toBeGreaterThan(10)
  expect(movedParts(declarations, installed)).toEqual([])
})

test('no other file touches a private part of Hypercore', () => {
  expect(touchedElsewhere(SRC, `${SRC}/upstream`, declarations)).toEqual([])
})
