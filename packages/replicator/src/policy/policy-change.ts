import b4a from 'b4a'
import { badArgument, bytes32, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { Hypercore, InnerCore, ProtocolStream } from '@manycore/hypercore-types'
import type { PolicyCore, PolicyPeer } from './policy.js'

/** Whom and what a change of policy is about: the argument of `policyChanged()`. */
export interface PolicyChange {
  /** A public key of 32 bytes, a stream, or the peer that a policy was given. Default: every peer. */
  peer?: Uint8Array | ProtocolStream | PolicyPeer
  /**
   * A key or discovery key of 32 bytes, a Hypercore, or the core that a policy was given. Default: every core.
   */
  core?: Uint8Array | InnerCore | Hypercore<unknown> | PolicyCore
}

/** Whether a change is about this core. */
export type IsAbout = (core: Pick<InnerCore, 'key' | 'discoveryKey'>) => boolean

const TABLE = {
  peer: {
    check(field, value) {
      if (value instanceof Uint8Array) return bytes32(field, value)
      const stream: unknown = prop(value, 'stream') ?? value
      if (isObject(prop(stream, 'noiseStream'))) return value as ProtocolStream | PolicyPeer
      throw badArgument(
        field,
        'a public key of 32 bytes, a stream, or the peer that a policy was given',
        value
      )
    }
  },
  core: {
    check(field, value) {
      if (value instanceof Uint8Array) return bytes32(field, value)
      const discoveryKey = prop(value, 'discoveryKey')
      if (discoveryKey instanceof Uint8Array && discoveryKey.byteLength === 32) return value as InnerCore
      const hint = discoveryKey === null ? ' (it is not known yet: await core.ready() first)' : ''
      throw badArgument(
        field,
        `a key of 32 bytes, or a core that has a discoveryKey of 32 bytes${hint}`,
        value
      )
    }
  }
} satisfies OptionTable<PolicyChange>

/** @throws BAD_ARGUMENT: a change with a misspelt name would be about everybody, one with a wrong value about nobody */
export function readPolicyChange(change: PolicyChange | undefined): PolicyChange {
  return readOptions(change, TABLE, 'change')
}

export function isSamePeer(asked: PolicyChange['peer'], peer: PolicyPeer): boolean {
  if (asked === undefined || asked === peer) return true
  if (asked instanceof Uint8Array) return isEqual(asked, peer.remotePublicKey)
  const stream = 'stream' in asked ? asked.stream : asked
  return stream.noiseStream === peer.stream.noiseStream
}

export function isSameCore(
  asked: PolicyChange['core'],
  core: Pick<InnerCore, 'key' | 'discoveryKey'>
): boolean {
  if (asked === undefined) return true
  if (!(asked instanceof Uint8Array)) return isEqual(asked.discoveryKey, core.discoveryKey)
  return isEqual(asked, core.discoveryKey) || isEqual(asked, core.key)
}

function isObject(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null
}

function prop(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined
}

function isEqual(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a !== null && b !== null && b4a.equals(a, b)
}
