import b4a from 'b4a'
import { expect, onTestFinished } from 'vitest'
import type { Hypercore, ProtocolStream } from '@manycore/hypercore-types'
import { Replicator, type CoreErrorInfo, type ReplicatorOptions } from '../../src/index.js'
import { StoredCores } from './stored-cores.js'

/** One peer: a source, its replicator, and what it reported. */
export interface Side {
  source: StoredCores
  replicator: Replicator
  errors: { err: Error; info: CoreErrorInfo }[]
}

/** Closed when the test is over. */
export function side(opts?: ReplicatorOptions, source: StoredCores = new StoredCores()): Side {
  const replicator = new Replicator(source, opts)
  const errors: Side['errors'] = []
  replicator.on('core-error', (err, info) => errors.push({ err, info }))
  onTestFinished(async () => {
    await replicator.close()
    await source.close()
  })
  return { source, replicator, errors }
}

export async function read(core: Hypercore, index = 0): Promise<string> {
  return b4a.toString(await core.get(index))
}

/** Do we offer this core on this stream? */
export function offered(core: Hypercore, stream: ProtocolStream): boolean {
  return core.core!.replicator.attached(stream.noiseStream.userData!)
}

/** Resolves once the remote has refused the core that we offer on this stream, and fails when it accepts. */
export async function refused(core: Hypercore, stream: ProtocolStream): Promise<void> {
  expect(offered(core, stream)).toBe(true)
  await stream.noiseStream.opened // then the channel is opened
  const mux = stream.noiseStream.userData!
  await mux.getLastChannel({ protocol: 'hypercore/alpha', id: core.discoveryKey })?.fullyClosed()
  expect(core.peers).toEqual([])
}
