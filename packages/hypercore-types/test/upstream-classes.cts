// Compiled by upstream-classes.test.ts, never run: TypeScript infers the upstream classes from their JavaScript
// and compares them with our interfaces. What upstream initialises with null is inferred as `any`, so this shows
// that members exist and that methods take and give what fits; live-instances.test.ts shows what values are.
import type * as t from '@manycore/hypercore-types'
import Hypercore = require('hypercore')
import Core = require('hypercore/lib/core')
import Replicator = require('hypercore/lib/replicator')
import Storage = require('hypercore-storage')
import NoiseSecretStream = require('@hyperswarm/secret-stream')
import Protomux = require('protomux')

// streamx ships types of its own, whose emitters and `end()` do not compare with ours.
type Streamx =
  keyof t.ByteStream | 'createReadStream' | 'createWriteStream' | 'createByteStream' | 'noiseStream'
// `this.isProtomux = true` is inferred as boolean.
type Literals = 'isProtomux'
// Newer than the oldest Hypercore that is supported; live-instances.test.ts sees whether this one has to have it.
type Newer = 'count' extends keyof Hypercore ? never : 'count'
type Inferable<T> = Omit<T, Streamx | Literals | Newer>

declare const session: Hypercore
declare const core: Core
declare const replicator: Replicator
declare const storage: Storage
declare const noise: NoiseSecretStream
declare const mux: Protomux

export const checks: [
  Inferable<t.Hypercore<unknown>>,
  t.InnerCore,
  t.CoreReplicator,
  t.Peer,
  t.CorestoreStorage,
  Inferable<t.NoiseStream>,
  Inferable<t.Protomux>
] = [session, core, replicator, replicator.peers[0], storage, noise, mux]

// Each of the classes is really inferred, not `any`: a member that none of them has must be an error.
interface Absent {
  noSuchMember(): void
}
// @ts-expect-error Hypercore has no such member
export const a: Absent = session
// @ts-expect-error Core has no such member
export const b: Absent = core
// @ts-expect-error Replicator has no such member
export const c: Absent = replicator
// @ts-expect-error CorestoreStorage has no such member
export const d: Absent = storage
// @ts-expect-error NoiseSecretStream has no such member
export const e: Absent = noise
// @ts-expect-error Protomux has no such member
export const f: Absent = mux

// And what a method gives is compared.
// @ts-expect-error info() gives a promise
export const g: { info(): number } = session
