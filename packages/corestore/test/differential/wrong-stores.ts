import type { Hypercore, KeyPair, ProtocolStream } from '@manycore/hypercore-types'
import { Ours, type Store, type StoreClass } from '../kit/store.js'

/** Stores that are wrong in one small point each, to see that the comparison finds it. */
export const WRONG_STORES: Record<string, StoreClass> = {
  'leaves one core out of list()': class extends Ours {
    override async *list(namespace?: Uint8Array): AsyncIterable<Uint8Array> {
      let first = true
      for await (const discoveryKey of super.list(namespace)) {
        if (!first) yield discoveryKey
        first = false
      }
    }
  },

  'ignores writable: false': class extends Ours {
    override get(opts: object | string): Hypercore {
      return super.get(
        typeof opts === 'object' && 'writable' in opts ? { ...opts, writable: undefined } : opts
      )
    }
  },

  'hashes a namespace as ASCII': class extends Ours {
    override namespace(name: string | Uint8Array, opts?: object): Store {
      return super.namespace(typeof name === 'string' ? Buffer.from(name, 'latin1') : name, opts)
    }
  },

  'derives every key pair in its own namespace': class extends Ours {
    override createKeyPair(name: string | Uint8Array): Promise<KeyPair> {
      return super.createKeyPair(name)
    }
  },

  'tells a watcher twice': class extends Ours {
    override watch(fn: Parameters<Store['watch']>[0]): void {
      super.watch(fn)
      super.watch((core) => fn(core))
    }
  },

  'cuts its streams short': class extends Ours {
    override replicate(isInitiator: boolean): ProtocolStream {
      const stream = super.replicate(isInitiator)
      stream.once('data', () => stream.destroy(new Error('cut short')))
      return stream
    }
  }
}
