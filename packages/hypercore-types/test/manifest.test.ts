import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  Hypercore as Core,
  KeyPair,
  Manifest,
  ManifestInput,
  ManifestVersion
} from '@manycore/hypercore-types'
import Hypercore from 'hypercore'
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest'

/** Every version of the type: one that is missing here, or too many, does not compile. */
const VERSIONS = Object.keys({ 0: null, 1: null, 2: null, 3: null } satisfies Record<
  ManifestVersion,
  null
>).map(Number)

let dir: string
let keyPair: KeyPair
let signers: { publicKey: Uint8Array }[]

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'manycore-manifest-'))
  const any = new Hypercore(join(dir, 'keys'))
  await any.ready()
  keyPair = any.keyPair as KeyPair // it was made here, with its secret half
  signers = [{ publicKey: keyPair.publicKey }]
  await any.close()
})

afterEach(async () => {
  await rm(dir, { recursive: true, force: true })
})

/** Makes a core and opens it again from what was stored. */
async function reopened(manifest: ManifestInput): Promise<Core> {
  const core = new Hypercore(join(dir, 'core'), { keyPair, manifest })
  await core.append('a')
  await core.close()
  return new Hypercore(join(dir, 'core'))
}

test.each(VERSIONS)('Hypercore reads manifest version %s back', async (version) => {
  const core = await reopened({ version, signers })
  await core.ready()
  expect(core.manifest!.version).toBe(version)
  expect(core.manifest!.signers[0]!.publicKey).toEqual(keyPair.publicKey)
  await core.close()
})

test('a core of a higher version opens again, and no peer can read its manifest', async () => {
  const version = Math.max(...VERSIONS) + 1
  const core = await reopened({ version, signers })
  await core.ready()
  expect(core.manifest!.version).toBe(version)
  const reader = new Hypercore(join(dir, 'reader'), core.key)
  await reader.ready()
  const streams = [core.replicate(true), reader.replicate(false)] as const
  const errors: string[] = []
  const closed = streams.map((stream) => {
    stream.on('error', (err) => errors.push(err.message))
    return new Promise<void>((resolve) => stream.on('close', resolve))
  })
  streams[0].pipe(streams[1]).pipe(streams[0])
  await Promise.all(closed)
  expect(errors).toContain(`Unknown version: ${version}`)
  await reader.close()
  await core.close()
})

test.each([
  ['nothing else', {}, 1],
  ['user data', { userData: new Uint8Array(3) }, 2],
  ['a linked core', { linked: [new Uint8Array(32)] }, 2]
] as const)('the default version with %s', async (_, members, version) => {
  const core = await reopened({ signers, ...(members as ManifestInput) })
  await core.ready()
  expect(core.manifest!.version).toBe(version)
  await core.close()
})

test.each([0, 1])('linked cores and user data are refused with version %s', async (version) => {
  for (const [name, members] of Object.entries({
    'user data': { userData: new Uint8Array(3) },
    linked: { linked: [new Uint8Array(32)] }
  })) {
    const core = new Hypercore(join(dir, name), { keyPair, manifest: { version, signers, ...members } })
    await expect(core.ready()).rejects.toThrow('Invalid field')
  }
})

test('a core without manifest has its public key as its key, and a manifest of version 1', async () => {
  const core = new Hypercore(join(dir, 'core'), { keyPair, compat: true })
  await core.append('a')
  expect([core.key, core.manifest!.version]).toEqual([keyPair.publicKey, 1])
  await core.close()
})

test('the types say so', () => {
  expectTypeOf<Manifest['version']>().toEqualTypeOf<0 | 1 | 2 | 3>()
  // A manifest that was read is one that may be passed; so is one in a variable, whose version is any number.
  expectTypeOf<Manifest>().toExtend<ManifestInput>()
  expectTypeOf<{ version: number; signers: { publicKey: Uint8Array }[] }>().toExtend<ManifestInput>()
  // @ts-expect-error Hypercore gives no such version
  expectTypeOf<{ version: 4 }>().toExtend<Pick<Manifest, 'version'>>()
})
