import { createHash } from 'node:crypto'
import { readBlocks } from '../blocks.mjs'
import { APPEND_BLOCKS } from '../defaults.mjs'

/**
 * Appends a file to its core.
 * @param core   writable
 * @param file   where the bytes are
 * @param start  length up to which the index knows the core; blocks after it are of a run that was interrupted
 *               between appending them and writing the index, nobody has seen them, and they are dropped
 * @param tally  Tally
 * @returns      { start, blocks, size, sha256 }
 */
export async function appendFile(core, file, start, tally) {
  if (core.length > start) await core.truncate(start)

  const hash = createHash('sha256')
  let batch = []
  let size = 0
  for await (const block of readBlocks(file)) {
    hash.update(block)
    if (batch.push(block) === APPEND_BLOCKS) await flush()
  }
  await flush()

  return { start, blocks: core.length - start, size, sha256: hash.digest('hex') }

  async function flush() {
    if (batch.length === 0) return
    const bytes = batch.reduce((sum, block) => sum + block.byteLength, 0)
    await core.append(batch)
    size += bytes
    tally.moved(batch.length, bytes)
    tally.passed(bytes)
    batch = []
  }
}
