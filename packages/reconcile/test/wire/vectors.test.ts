import { MemoryEngine } from '@manycore/kv'
import { expect, test } from 'vitest'
import { Index, Reconciler } from '../../src/index.js'
import { entriesOf } from '../kit/engines.js'
import { reconcile } from '../kit/exchanges.js'
import {
  checkOf,
  decodeFrame,
  decodeIndex,
  decodeVersions,
  encodeFrame,
  encodeVersions,
  fingerprintOf,
  within
} from '../kit/from-spec.js'
import type { Settings } from '../kit/from-spec.js'
import { bytes, contentsOf, expected, hex, indexOf, shown } from '../kit/sets.js'
import type { Model } from '../kit/sets.js'
import exchanges from '../vectors/exchanges.json' with { type: 'json' }
import indexes from '../vectors/indexes.json' with { type: 'json' }
import versions from '../vectors/versions.json' with { type: 'json' }

const split = (line: string): [string, string] => line.split(' ') as [string, string]
const modelOf = (lines: readonly string[]): Model =>
  new Map(lines.map(split).map(([id, version = '']) => [id, version]))
const optionsOf = ({ idBytes, versionBytes, secret }: Settings) => ({
  idBytes,
  versionBytes,
  secret: secret === null ? null : bytes(secret)
})

for (const vector of exchanges.vectors) {
  test(`exchange, ${vector.name}: a decoder made from docs/reconcile.md finds in each frame what is true of the sets`, () => {
    const sets = [vector.a, vector.b].map((lines) => lines.map((line) => line.replace(' ', '')).toSorted())
    const idOf = (item: string) => item.slice(0, 2 * vector.idBytes)
    const told: string[] = []
    for (const [i, bytes] of vector.frames.entries()) {
      const frame = decodeFrame(bytes, vector)
      expect(encodeFrame(frame)).toBe(bytes)
      const { idBytes, versionBytes } = vector
      expect(frame.hello).toEqual(i === 0 ? { idBytes, versionBytes, check: checkOf(vector) } : null)
      const [own, theirs] = [sets[i % 2]!, sets[1 - (i % 2)]!]
      for (const range of frame.ranges) {
        const [here, there] = [within(own, range), within(theirs, range)]
        if (range.mode === 'fingerprint') expect(range.fingerprint).toBe(fingerprintOf(vector, here))
        if (range.mode === 'items') expect(range.items).toEqual(here)
        if (range.mode !== 'answer') continue
        expect(range.items).toEqual(here.filter((item) => !there.includes(item)))
        const ids = new Set(here.map(idOf))
        expect(range.absent).toEqual(there.map(idOf).filter((id) => !ids.has(id)))
        told.push(...range.items!.map(idOf), ...range.absent!)
      }
    }
    const differing = vector.differences[0]!.map((line) => line.split(' ')[0])
    expect(told.toSorted()).toEqual(differing)
  })

  test(`exchange, ${vector.name}: it is the same today, frame by frame`, async () => {
    const [a, b] = [modelOf(vector.a), modelOf(vector.b)]
    const [here, there] = [await indexOf(a, optionsOf(vector)), await indexOf(b, optionsOf(vector))]
    const frameBytes = vector.name === 'frames that are full' ? 4096 : 65_536
    const { frames, found } = await reconcile(here, there, [{ frameBytes }, { frameBytes }])
    expect(frames.map(hex)).toEqual(vector.frames)
    expect(found.map(shown)).toEqual(vector.differences)
    expect(found.map(shown)).toEqual([expected(a, b), expected(b, a)])
  })
}

for (const { frame, reply, oldest, newest } of versions.vectors) {
  test(`a frame of version ${Number.parseInt(frame.slice(0, 2), 16)} is answered with the versions that we speak`, async () => {
    expect(decodeVersions(reply)).toEqual({ oldest, newest })
    expect(encodeVersions(oldest, newest)).toBe(reply)
    const side = new Reconciler(new Index())
    await expect(side.receive(bytes(frame))).rejects.toMatchObject({ code: 'FRAME_VERSION' })
    expect([hex(side.farewell!), side.theirVersions]).toEqual([reply, null])
  })
}

test('the vectors have every kind of range, and frames with more to come', () => {
  const frames = exchanges.vectors.flatMap((vector) =>
    vector.frames.map((frame) => decodeFrame(frame, vector))
  )
  const modes = new Set(frames.flatMap(({ ranges }) => ranges.map(({ mode }) => mode)))
  expect([...modes].toSorted()).toEqual(['answer', 'fingerprint', 'items', 'skip'])
  expect(frames.filter(({ more }) => more).length).toBeGreaterThan(1)
})

for (const vector of indexes.vectors) {
  test(`index with the prefix "${vector.prefix}": the decoder reads what is stored, and so does an Index`, async () => {
    for (const { stamp, items, entries } of [vector.rebuilt, vector.flushed]) {
      const read = decodeIndex(entries.map(split), vector.prefix, vector)
      expect(read.stamp).toBe(stamp)
      expect(read.items).toEqual(items.map((line) => line.replace(' ', '')))
      expect(read.nodes).toBeGreaterThan(2)

      const engine = new MemoryEngine()
      await engine.open()
      await engine.batch(
        entries.map(split).map(([key, value]) => ({ type: 'put', key: bytes(key), value: bytes(value) }))
      )
      const index = new Index({ engine, prefix: bytes(vector.prefix) })
      expect(await contentsOf(index)).toEqual(modelOf(items))
      expect(hex(index.stamp!)).toBe(stamp)
      await index.flush({ stamp: bytes(stamp) })
      expect(await entriesOf(engine)).toEqual(entries)
    }
  })
}
