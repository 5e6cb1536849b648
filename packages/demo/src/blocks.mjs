import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { BLOCK_BYTES } from './defaults.mjs'

/** The bytes of a file in blocks of 64 KiB; the last one is shorter, an empty file has none. */
export async function* readBlocks(file) {
  // A file stream reads until its buffer is full or the file ends, so every chunk but the last one is a whole block.
  yield* createReadStream(file, { highWaterMark: BLOCK_BYTES })
}

/** SHA-256 of a file, as hex. */
export async function hashFile(file) {
  const hash = createHash('sha256')
  for await (const block of readBlocks(file)) hash.update(block)
  return hash.digest('hex')
}
