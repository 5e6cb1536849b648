import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import RandomAccessFile from 'random-access-file'
import RandomAccessMemory from 'random-access-memory'
import type { Place } from '../../compliance/index.js'
import { RandomAccessEngine, type RandomAccessEngineOptions } from '../../src/index.js'

/** Small enough for flushes and merges to happen in a test. */
export const SMALL: RandomAccessEngineOptions = {
  memtableBytes: 20_000,
  cacheBytes: 50_000,
  levelSizes: { level0Segments: 2, level1Bytes: 30_000, ratio: 3, segmentBytes: 10_000 }
}

/** Files in memory, by name. A new instance has what the last one of its name wrote. */
export class MemoryFiles {
  readonly files = new Map<string, RandomAccessMemory>()

  open = (name: string): RandomAccessMemory => {
    const before = this.files.get(name)
    const file = new RandomAccessMemory({ pageSize: 4096 })
    if (before !== undefined) {
      file.length = before.length
      file.buffers = before.buffers.map((page) => page && Buffer.from(page))
    }
    file.on('unlink', () => this.files.get(name) === file && this.files.delete(name))
    this.files.set(name, file)
    return file
  }
}

export function memoryPlace(options: RandomAccessEngineOptions = {}): Place {
  const files = new MemoryFiles()
  return {
    engine: () => new RandomAccessEngine(files.open, options),
    // The old engine writes on into instances that nobody sees any more.
    crash: async () => {}
  }
}

export function filePlace(options: RandomAccessEngineOptions = {}): Place {
  const directory = mkdtempSync(join(tmpdir(), 'kv-'))
  return {
    engine: () => new RandomAccessEngine((name) => new RandomAccessFile(name, { directory }), options),
    remove: async () => rmSync(directory, { recursive: true })
  }
}

/** Everything in one instance, in memory. */
export function oneMemoryPlace(options: RandomAccessEngineOptions = {}): Place {
  const files = new MemoryFiles()
  return {
    engine: () => new RandomAccessEngine(files.open('one'), options),
    crash: async () => {}
  }
}

/** Everything in one instance, in a file. */
export function oneFilePlace(options: RandomAccessEngineOptions = {}): Place {
  const directory = mkdtempSync(join(tmpdir(), 'kv-'))
  return {
    engine: () => new RandomAccessEngine(new RandomAccessFile('one', { directory }), options),
    remove: async () => rmSync(directory, { recursive: true })
  }
}
