import b4a from 'b4a'
import { expect, test } from 'vitest'
import type { ProtocolStream } from '@manycore/hypercore-types'
import { ERRORS_PER_STREAM } from '../../src/sync/defaults.js'
import { LastErrors } from '../../src/sync/last-errors.js'

const stream = {} as ProtocolStream // no more than a key of a map

test('an error goes once the core is level and the peer has sent something since it was shown', () => {
  const errors = new LastErrors()
  const discoveryKey = b4a.alloc(32, 1)
  const err = new Error('told')
  errors.note(err, { discoveryKey, stream })
  expect(errors.show(discoveryKey, stream, { isOpen: true, isLevel: true, told: 3 })).toBe(err)
  expect(errors.show(discoveryKey, stream, { isOpen: true, isLevel: true, told: 3 })).toBe(err)
  expect(errors.show(discoveryKey, stream, { isOpen: true, isLevel: false, told: 4 })).toBe(err)
  expect(errors.show(discoveryKey, stream, { isOpen: false, isLevel: true, told: 4 })).toBe(err)
  expect(errors.show(discoveryKey, stream, { isOpen: true, isLevel: true, told: 4 })).toBe(null)
  expect(errors.cores(stream)).toEqual([])
})

test('of one stream, the errors of the cores that failed last are kept', () => {
  const errors = new LastErrors()
  const core = (i: number): Uint8Array => b4a.from(i.toString(16).padStart(64, '0'), 'hex')
  for (let i = 0; i < ERRORS_PER_STREAM + 2; i++) {
    errors.note(new Error(`${i}`), { discoveryKey: core(i), stream })
    errors.note(new Error('again'), { discoveryKey: core(0), stream })
  }
  expect(errors.cores(stream)).toHaveLength(ERRORS_PER_STREAM)
  expect(errors.show(core(0), stream, null)).toMatchObject({ message: 'again' })
  expect(errors.show(core(1), stream, null)).toBe(null)
})
