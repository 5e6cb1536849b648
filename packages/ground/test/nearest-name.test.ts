import { expect, test } from 'vitest'
import { nearestName } from '@manycore/ground'

const KNOWN = ['name', 'key', 'policy', 'lingerMs', 'primaryKey', 'pendingOpens']

test.each([
  ['polcy', 'policy'],
  ['ploicy', 'policy'],
  ['lingerms', 'lingerMs'],
  ['LINGERMS', 'lingerMs'],
  ['primarykey', 'primaryKey'],
  ['pendingOpen', 'pendingOpens'],
  ['nam', 'name'],
  ['kez', 'key'],
  ['ey', 'key'],
  ['onname', null],
  ['k', null],
  ['colour', null],
  ['', null]
])('%j is meant to be %j', (name, meant) => {
  expect(nearestName(name, KNOWN)).toBe(meant)
})
