import type { Hypercore, ManifestInput } from '@manycore/hypercore-types'
import { CorestoreError } from '../errors.js'

/** Members of hypercore 11.37.1 that are not in its documentation: index.js:65, lib/core.js:442. */
interface WithState {
  readonly state: object
}
interface WithCopy {
  /** copies the blocks, tree nodes and user data that the manifest's prologue commits to */
  copyPrologue(source: object): Promise<void>
}

/**
 * The manifest of an unsigned core that commits to the blocks a session has now.
 * @throws STORAGE_EMPTY when it has none
 */
export async function staticManifest(session: Hypercore<unknown>): Promise<ManifestInput> {
  await session.ready()
  const { length } = session
  if (length === 0)
    throw new CorestoreError('STORAGE_EMPTY', 'a core needs data before it can be made static')
  return { version: 1, quorum: 0, signers: [], prologue: { length, hash: await session.treeHash(length) } }
}

/**
 * Fills a static core. Upstream lets both cores share what is stored instead (corestore 7.12.5
 * index.js:578), and so overwrites the key, manifest and key pair of the source.
 */
export async function copyBlocks(from: Hypercore<unknown>, to: Hypercore<unknown>): Promise<void> {
  await to.ready()
  if (to.length > 0) return // made static before
  await (to.core as unknown as WithCopy).copyPrologue((from as unknown as WithState).state)
}
