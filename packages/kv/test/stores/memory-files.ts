import b4a from 'b4a'
import type { FileReader, Files, FileWriter } from '../../src/disk/store-files.js'
import { EngineError } from '../../src/errors.js'

/** Files in memory, whose bytes a test may look at and change. */
export class MemoryFiles implements Files {
  readonly bytes = new Map<string, Uint8Array>()
  /** what was asked of them, e.g. 'read 000001.seg 0 8192' */
  readonly calls: string[] = []
  #chunks = new Map<string, Uint8Array[]>()

  get totalBytes(): number {
    return Array.from(this.bytes.values()).reduce((sum, bytes) => sum + bytes.byteLength, 0)
  }

  async create(name: string): Promise<FileWriter> {
    this.calls.push(`create ${name}`)
    const chunks: Uint8Array[] = []
    this.#chunks.set(name, chunks)
    this.bytes.set(name, b4a.alloc(0))
    let bytes = 0
    return {
      get bytes() {
        return bytes
      },
      append: async (chunk) => {
        chunks.push(b4a.from(chunk))
        bytes += chunk.byteLength
        return bytes - chunk.byteLength
      },
      sync: async () => {
        this.calls.push(`sync ${name}`)
        this.bytes.set(name, b4a.concat(chunks))
      }
    }
  }

  async open(name: string): Promise<FileReader> {
    const file = this.bytes.get(name)
    if (file === undefined) throw new Error(`ENOENT ${name}`)
    return {
      bytes: file.byteLength,
      read: async (offset, length) => {
        this.calls.push(`read ${name} ${offset} ${length}`)
        if (offset + length > file.byteLength)
          throw new EngineError('ENGINE_CORRUPT', `${name} ends early`, { file: name, offset })
        return b4a.from(file.subarray(offset, offset + length))
      }
    }
  }

  async remove(name: string): Promise<void> {
    this.bytes.delete(name)
  }
}
