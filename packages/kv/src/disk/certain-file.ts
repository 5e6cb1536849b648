import { RandomAccessDiskFile } from './file.js'
import { SyncDoubt } from './sync-doubt.js'

/** A file whose sync() resolves only for what is stored, even if an earlier sync() failed. */
export class CertainFile extends RandomAccessDiskFile {
  readonly #doubt = new SyncDoubt()

  override write(offset: number, bytes: Uint8Array): Promise<void> {
    return this.#doubt.write(offset, offset + bytes.byteLength, () => super.write(offset, bytes))
  }

  override async truncate(size: number): Promise<void> {
    await super.truncate(size)
    this.#doubt.cut(size)
  }

  override sync(): Promise<void> {
    return this.#doubt.sync(() => super.sync())
  }
}
