import fs from 'fs'

/**
 * The manifest that a RocksDB has, such as 'MANIFEST-000005'. Each opening for writing begins a new one, whose number was
 * never used before (`DBImpl::Recover()`, and `VersionSet::LogAndApply()` with `new_descriptor_log`); reading only,
 * suspending, flushing and compacting do not. It also begins one when the manifest has become too big, of 1 GiB.
 * @param directory  RocksDB's own
 * @returns          '' if there is no database; null if that cannot be known
 */
export function manifestOf(directory: string): string | null {
  try {
    return String(fs.readFileSync(`${directory}/CURRENT`)).trim()
  } catch (err) {
    return (err as { code?: string }).code === 'ENOENT' ? '' : null
  }
}
