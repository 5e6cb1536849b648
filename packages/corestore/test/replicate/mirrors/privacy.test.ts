import { readFileSync, writeFileSync } from 'node:fs'
import b4a from 'b4a'
import { MemoryEngine } from '@manycore/kv'
import { expect, test } from 'vitest'
import type { Corestore, CorestoreOptions } from '../../../src/index.js'
import { append, filled } from '../../kit/mirrors.js'
import { openStore } from '../../kit/open-store.js'
import { type End, type Frame, recorded } from '../../kit/recorded.js'

const SECURITY = new URL('../../../../../docs/security.md', import.meta.url)
/** Any part of a key or an id that is as long would be enough to recognise it. */
const RECOGNISABLE = 8
/** The number of the channel, the type of the message, and those of the two mirrors: 1, 1, 4 and 4 bytes. */
const ADDRESSED = 10

/** A store that has nothing in common with those of `filled()`. */
async function stranger(blocks = 1): Promise<Corestore> {
  const store = openStore({ lingerMs: 0, primaryKey: b4a.alloc(32, 2), unsafe: true }, new MemoryEngine())
  for (const name of ['x', 'y']) for (let i = 0; i < blocks; i++) await append(store, name, `theirs ${i}`)
  return mirroring(store)
}

async function host(cores: number, opts: CorestoreOptions = {}): Promise<Corestore> {
  return mirroring(await filled(cores, opts))
}

/** From now on, so that what is stored is read once, and nothing counts as new. */
function mirroring(store: Corestore): Corestore {
  store.mirror()
  return store
}

async function session(...ends: [End, End]): Promise<Frame[]> {
  const { frames, quiet } = await recorded(ends)
  await quiet()
  return frames
}

/** Every part of the messages behind the first one of each side, which opens the channel. */
function parts(frames: readonly Frame[], length: number): Set<string> {
  const all = new Set<string>()
  for (const { bytes } of frames.slice(2)) {
    for (let at = ADDRESSED; at + length <= bytes.byteLength; at++)
      all.add(hex(bytes.subarray(at, at + length)))
  }
  return all
}

test('mirrors without a common core send neither keys, nor discovery keys, nor names', async () => {
  const [near, far] = [await host(3), await stranger()]
  const frames = await session({ store: near, seed: 1 }, { store: far, seed: 2 })
  const sent = parts(frames, RECOGNISABLE)
  expect(sent.size).toBeGreaterThan(100)
  for (const store of [near, far]) {
    for await (const discoveryKey of store.list()) {
      const core = store.get({ discoveryKey, active: false })
      await core.ready()
      for (const secret of [discoveryKey, core.key!, core.keyPair!.publicKey, store.primaryKey!]) {
        for (let at = 0; at + RECOGNISABLE <= secret.byteLength; at++) {
          expect(sent.has(hex(secret.subarray(at, at + RECOGNISABLE)))).toBe(false)
        }
      }
    }
  }
  for (const { bytes } of frames) expect(b4a.toString(bytes, 'latin1')).not.toMatch(/core \d/)
})

test('what they send is as long whatever the lengths of their cores are', async () => {
  const sizes = async (blocks: number): Promise<number[]> => {
    const near = await filled(3)
    for (let i = 1; i < blocks; i++) await append(near, 'core 1', `block ${i}`)
    const ends: [End, End] = [
      { store: mirroring(near), seed: 1 },
      { store: await stranger(blocks), seed: 2 }
    ]
    return (await session(...ends)).map(({ bytes }) => bytes.byteLength)
  }
  expect(await sizes(1)).toEqual(await sizes(9))
})

test('a core has other ids between another pair of peers, and the same between the same two', async () => {
  const ends = async (near: number, far: number): Promise<[End, End]> => [
    { store: await host(3), seed: near },
    { store: await stranger(), seed: far }
  ]
  const first = await session(...(await ends(1, 2)))
  for (const [near, far] of [
    [1, 3],
    [4, 2],
    [5, 6]
  ] as const) {
    const other = parts(await session(...(await ends(near, far))), RECOGNISABLE)
    expect([...parts(first, RECOGNISABLE)].filter((part) => other.has(part))).toEqual([])
  }
  expect(text(await session(...(await ends(1, 2))))).toBe(text(first))
})

test.each([0, 1])(
  'a core that a policy denies is in nothing that is sent, as if it did not exist (end %s)',
  async (end) => {
    const denied = new Set<string>()
    const policy = { access: ({ name }: { name: string | null }) => !denied.has(name ?? '') }
    const ends = (near: Corestore, far: Corestore): [End, End] => {
      const all: [End, End] = [
        { store: near, seed: 1 },
        { store: far, seed: 2 }
      ]
      return end === 0 ? all : [all[1], all[0]]
    }
    const [all, without] = [
      await session(...ends(await host(4), await host(2))),
      await session(...ends(await host(3), await host(2)))
    ]
    expect(text(all)).not.toBe(text(without))

    denied.add('core 3')
    const near = await host(4, { policy })
    const { frames, quiet } = await recorded(ends(near, await host(2)))
    await quiet()
    expect(text(frames)).toBe(text(without))

    denied.clear()
    await near.policyChanged()
    await quiet()
    const allowed = compared(frames)
    denied.add('core 3')
    await near.policyChanged()
    await quiet()
    const again = compared(frames).slice(allowed.length)
    expect(allowed.slice(compared(without).length)).not.toEqual([])
    expect(again).toEqual(compared(without))
  }
)

// `MANYCORE_WRITE=1` writes it there.
test('docs/security.md shows what is sent', async () => {
  const frames = await session({ store: await host(3), seed: 1 }, { store: await stranger(), seed: 2 })
  const shown = /(?<=<!-- mirror-messages -->\n\n```text\n).*?(?=```)/s
  const page = readFileSync(SECURITY, 'utf8')
  const current = page.replace(shown, text(frames))
  if (process.env['MANYCORE_WRITE'] !== undefined) writeFileSync(SECURITY, current)
  expect(shown.exec(page)?.[0]).toBe(text(frames))
})

/** What has been compared: without the numbers of the two mirrors, which are others each time that they begin anew. */
function compared(frames: readonly Frame[]): string[] {
  return frames
    .filter(({ bytes }) => bytes[0] !== 0 && bytes[1] === 0)
    .map(({ from, bytes }) => `${from} ${hex(bytes.subarray(ADDRESSED))}`)
}

function text(frames: readonly Frame[]): string {
  return frames
    .map(({ from, bytes }) => {
      const lines = hex(bytes).match(/.{1,96}/g) ?? []
      return lines
        .map((line, i) => `${i > 0 ? '      ' : from === 0 ? 'A → B ' : 'B → A '}${line}\n`)
        .join('')
    })
    .join('')
}

function hex(bytes: Uint8Array): string {
  return b4a.toString(bytes, 'hex')
}
