import { MemoryEngine } from '@manycore/kv'
import type { EngineSnapshot, Op } from '@manycore/kv'

/** What an engine was asked for: how many keys each getMany(), how many ops each batch(). */
export class CountingEngine extends MemoryEngine {
  readonly gets: number[] = []
  readonly batches: number[] = []

  override getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]> {
    this.gets.push(keys.length)
    return super.getMany(keys, at)
  }

  override batch(ops: readonly Op[]): Promise<void> {
    this.batches.push(ops.length)
    return super.batch(ops)
  }

  forget(): void {
    this.gets.length = 0
    this.batches.length = 0
  }
}
