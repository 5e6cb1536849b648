// Where the indexes are that are compared. Each opens on a directory of its own.
import { join } from 'node:path'
import { RandomAccessEngine } from '@manycore/kv'
import RandomAccessFile from 'random-access-file'

/** @typedef {import('@manycore/kv').Engine} Engine */

/** @type {Record<string, (directory: string, name: string) => Engine | null>} */
export const CONTENDERS = {
  memory: () => null,
  'random-access-file': (directory, name) =>
    new RandomAccessEngine((file) => new RandomAccessFile(file, { directory: join(directory, name) }))
}
