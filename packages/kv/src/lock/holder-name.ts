import type { ProcessId } from './process-id.js'

/** A process that wants a store, or has it: its file's name says all, so that no such file is ever half-written. */
export interface Holder extends ProcessId {
  readonly name: string
  /** it has the lock of the operating system as well */
  readonly isSystemLocked: boolean
}

// 13240-884213-3f867eb0-9c2f11aa-1a2b3c4d-files-k3j2h1x9
const NAME = /^(\d+)-(\d*)-([0-9a-f]*)-([0-9a-f]*)-([0-9a-f]*)-(system|files)-[0-9a-z]+$/

/** A name that was never used before. */
export function nameOf(process: ProcessId, isSystemLocked: boolean): string {
  const { pid, started, boot, host, namespace } = process
  const random = Math.random().toString(36).slice(2)
  return [pid, started, boot, host, namespace, isSystemLocked ? 'system' : 'files', random].join('-')
}

/** @returns null = not a name of this kind */
export function parseName(name: string): Holder | null {
  const [, pid, started, boot, host, namespace, lock] = NAME.exec(name) ?? []
  if (lock === undefined) return null
  return {
    name,
    pid: Number(pid),
    started: started!,
    boot: boot!,
    host: host!,
    namespace: namespace!,
    isSystemLocked: lock === 'system'
  }
}
