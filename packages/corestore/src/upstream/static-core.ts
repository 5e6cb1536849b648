import type { Hypercore, ManifestInput } from '@manycore/hypercore-types'
import { CorestoreError } from '../errors.js'

/**
 * A private member of a Hypercore session, as of hypercore 11.39.5.
 * @upstream hypercore Hypercore
 */
interface PrivateSession {
  /** The session's view of the core's data (`SessionState`). */
  readonly state: object
}

/**
 * A private member of Hypercore's `Core`, as of hypercore 11.39.5.
 * @upstream hypercore Core
 */
interface PrivateCore {
  /** Copies the blocks, tree nodes and user data that the manifest's prologue commits to. */
  copyPrologue(source: object): Promise<void>
}

/**
 * The manifest of an unsigned core that commits to the blocks a session has now.
 * @throws STORAGE_EMPTY if it has none
 */
export async function staticManifest(session: Hypercore<unknown>): Promise<ManifestInput> {
  await session.ready()
  const { length } = session
  if (length === 0)
    throw new CorestoreError('STORAGE_EMPTY', 'a core needs data before it can be made static')
  return { version: 1, quorum: 0, signers: [], prologue: { length, hash: await session.treeHash(length) } }
}

/**
 * Fills a static core. Corestore 7.12.5 lets both cores share what is stored instead (`Corestore.staticify`), and so
 * overwrites the key, manifest and key pair of the source.
 */
export async function copyBlocks(from: Hypercore<unknown>, to: Hypercore<unknown>): Promise<void> {
  await to.ready()
  if (to.length > 0) return // made static before
  await (to.core as unknown as PrivateCore).copyPrologue((from as unknown as PrivateSession).state)
}
