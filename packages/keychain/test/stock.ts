// What these tests use of npm corestore, which ships no types.
import { createRequire } from 'node:module'
import type { Hypercore, KeyPair } from '@manycore/hypercore-types'

export interface StockCorestore {
  get(opts: object): Hypercore
  namespace(name: string | Uint8Array): StockCorestore
  createKeyPair(name: string | Uint8Array): Promise<KeyPair>
  close(): Promise<void>
}

const require = createRequire(import.meta.url)

export const Corestore7 = require('corestore') as new (dir: string, opts: object) => StockCorestore
export const Corestore6 = require('corestore6') as new (dir: string, opts: object) => StockCorestore
