import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Reconciler, isManycoreError } from '../../src/index.js'
import type { Index } from '../../src/index.js'
import { END, checkOf, encodeFrame } from '../kit/from-spec.js'
import type { SpecRange } from '../kit/from-spec.js'
import { bytes, hex, indexOf, numbered } from '../kit/sets.js'

const SETTINGS = { idBytes: 16, versionBytes: 8, secret: null }
const HELLO = `01021008${checkOf(SETTINGS)}`
const ID = (byte: string) => byte.repeat(16)
const ITEM = (byte: string) => byte.repeat(24)
const FINGERPRINT = 'ab'.repeat(16)

const index = await indexOf(numbered(0, 5000))
const before = await index.fingerprint()

/** A side that has begun and waits for a first answer, and one that waits for a hello. */
async function sides(): Promise<{ begun: Reconciler; waiting: Reconciler }> {
  const begun = new Reconciler(index)
  await begun.initiate()
  return { begun, waiting: new Reconciler(index) }
}

async function refuses(side: Reconciler, frame: string, code: string): Promise<void> {
  await expect(side.receive(bytes(frame)), frame.slice(0, 80)).rejects.toMatchObject({ code })
  // It is over, whatever comes.
  await expect(side.receive(bytes('0100'))).rejects.toMatchObject({ code: 'EXCHANGE_STATE' })
  expect(await index.fingerprint()).toEqual(before)
}

/** What comes behind the header: head bytes are mode × 64 + length of the bound. */
const RANGES: { readonly [name: string]: string } = {
  'a range without its fingerprint': '40',
  'a fingerprint that is cut off': `40${FINGERPRINT.slice(2)}`,
  'a bound that is cut off': '4401ab',
  'bytes behind the last range': `40${FINGERPRINT}00`,
  'a second last range': `40${FINGERPRINT}40${FINGERPRINT}`,
  'ranges that overlap: a bound before the one before it': `4120${FINGERPRINT}4110${FINGERPRINT}`,
  'an inverted range behind a skipped one': `01204110${FINGERPRINT}`,
  'an empty range': `4120${FINGERPRINT}4120${FINGERPRINT}`,
  'a bound longer than an id': `51${'11'.repeat(17)}${FINGERPRINT}`,
  'a bound with a zero at its end': `422000${FINGERPRINT}`,
  'a bound of zeros': `4100${FINGERPRINT}`,
  'a skipped range at the end': '0120',
  'two skipped ranges': `0110012040${FINGERPRINT}`,
  'a huge count of items': '80ffff7f',
  'a count of four bytes': '8080808001',
  'a count with a byte for nothing': `808100${ITEM('11')}`,
  'a count that is cut off': '80ff',
  'one item fewer than it says': `8002${ITEM('11')}`,
  'items that are not in order': `8002${ITEM('22')}${ITEM('11')}`,
  'an item twice': `8002${ITEM('11')}${ITEM('11')}`,
  'an id twice, with two versions': `8002${ID('11')}${'00'.repeat(8)}${ID('11')}${'01'.repeat(8)}`,
  'an item before its range': `01208001${ITEM('11')}`,
  'an item behind its range': `812001${ITEM('33')}`,
  'an item at the end of its range': `812001${'20'.padEnd(48, '0')}`,
  'an answer that is empty': 'c00000',
  'an answer whose second list is cut off': `c00001${ID('11').slice(2)}`,
  'an answer with an id in both lists': `c001${ITEM('11')}01${ID('11')}`,
  'an answer with an id outside its range': `c1200001${ID('33')}`,
  'an answer with a huge count': 'c000ffff7f'
}

describe('a frame that breaks the format ends the exchange with FRAME_INVALID', () => {
  test.each(Object.entries(RANGES))('%s', async (_, ranges) => {
    const { begun, waiting } = await sides()
    await refuses(begun, `0100${ranges}`, 'FRAME_INVALID')
    await refuses(waiting, `${HELLO}${ranges}`, 'FRAME_INVALID')
  })
})

test('nothing, other versions, other flags, and a hello where none belongs or none where one does', async () => {
  const begun = async (frame: string, code: string) => refuses((await sides()).begun, frame, code)
  const waiting = async (frame: string, code: string) => refuses((await sides()).waiting, frame, code)
  await begun('', 'FRAME_INVALID')
  await begun('01', 'FRAME_INVALID')
  for (const version of ['02', '61', 'ff']) {
    await begun(`${version}00`, 'FRAME_VERSION')
    await waiting(version, 'FRAME_VERSION')
  }
  for (const versions of ['00', '0002', '000000', '000002', '000302', '000101', '000105']) {
    await begun(versions, 'FRAME_INVALID')
    await waiting(versions, 'FRAME_INVALID')
  }
  await waiting('000202', 'FRAME_INVALID') // nothing was said before
  for (const flags of ['04', '80', 'ff']) await begun(`01${flags}`, 'FRAME_INVALID')
  await begun(`${HELLO}40${FINGERPRINT}`, 'FRAME_INVALID')
  await waiting(`010040${FINGERPRINT}`, 'FRAME_INVALID')
  await begun('0101', 'FRAME_INVALID') // more, and no range
  await waiting(HELLO.slice(0, -2), 'FRAME_INVALID')
  await waiting(`${HELLO.slice(0, -2)}00`, 'EXCHANGE_MISMATCH')
  await waiting(`01021007${checkOf(SETTINGS)}`, 'EXCHANGE_MISMATCH')
  await waiting(`01022008${checkOf(SETTINGS)}`, 'EXCHANGE_MISMATCH')
})

test('a frame of 16 MB is not read, and one of the largest size is', async () => {
  const { begun, waiting } = await sides()
  const huge = new Uint8Array(16 * 1024 * 1024)
  await expect(begun.receive(huge)).rejects.toMatchObject({ code: 'FRAME_TOO_LARGE' })
  await expect(waiting.receive(new Uint8Array(262_145))).rejects.toMatchObject({ code: 'FRAME_TOO_LARGE' })
  await expect(new Reconciler(index).receive(new Uint8Array(262_144))).rejects.toMatchObject({
    code: 'FRAME_INVALID'
  })
  const small = new Reconciler(index, { maxFrameBytes: 4096 })
  await expect(small.receive(new Uint8Array(4097))).rejects.toMatchObject({ code: 'FRAME_TOO_LARGE' })
})

test('something else than a frame is refused as an argument, and ends nothing', async () => {
  const { begun } = await sides()
  for (const frame of [undefined, null, '0100', [1, 0]])
    await expect(begun.receive(frame as never)).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
      field: 'frame'
    })
  expect((await begun.receive(bytes('0100'))).isDone).toBe(true)
})

test('bytes by chance, and frames with one byte changed: a coded error or an answer of bounded size, and the index as it was', async () => {
  const valid = encodeFrame({ more: false, hello: null, ranges: mixedRanges() })
  const frame = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }).map((rest) => Uint8Array.of(1, 0, ...rest)),
    fc.tuple(fc.nat(valid.length / 2 - 1), fc.nat(255)).map(([at, byte]) => {
      const changed = bytes(valid)
      changed[at] = byte
      return changed
    }),
    fc.nat(valid.length / 2).map((length) => bytes(valid).subarray(0, length))
  )
  let [answered, refused] = [0, 0]
  await fc.assert(
    fc.asyncProperty(frame, async (frame) => {
      const copy = frame.slice()
      const { begun } = await sides()
      try {
        const { reply } = await begun.receive(frame)
        expect(reply?.byteLength ?? 0).toBeLessThanOrEqual(65_536)
        answered++
      } catch (err) {
        if (!isManycoreError(err, 'FRAME_INVALID', 'FRAME_VERSION')) throw err
        refused++
      }
      expect(frame).toEqual(copy)
    }),
    { numRuns: 2000 }
  )
  expect(Math.min(answered, refused)).toBeGreaterThan(100)
  expect(await contentFingerprint(index)).toBe(hex(before.fingerprint))
})

async function contentFingerprint(index: Index): Promise<string> {
  return hex((await index.fingerprint()).fingerprint)
}

function mixedRanges(): SpecRange[] {
  const end = (byte: string) => byte.padEnd(32, '0')
  return [
    { mode: 'fingerprint', from: end('00'), to: end('20'), fingerprint: FINGERPRINT },
    { mode: 'items', from: end('20'), to: end('40'), items: [ITEM('21'), ITEM('33')] },
    { mode: 'skip', from: end('40'), to: end('60') },
    {
      mode: 'answer',
      from: end('60'),
      to: end('7f01'),
      items: [ITEM('61'), ITEM('62')],
      absent: [ID('63'), ID('64')]
    },
    { mode: 'items', from: end('7f01'), to: END, items: [] }
  ]
}
