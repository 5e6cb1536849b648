import b4a from 'b4a'
import { crc32 } from 'crc-universal'
import fs from 'fs'
import { ownPid } from '../kit/runtime.js'
import { codeOf } from '../disk/failures.js'

/** A process, so that another one can tell whether it still runs. What cannot be found out is ''. */
export interface ProcessId {
  readonly pid: number
  /** in clock ticks since the system started, as Linux counts; tells it from a later process with the same pid */
  readonly started: string
  /** of the system's start */
  readonly boot: string
  /** of the host's name */
  readonly host: string
  /** of the namespace that `pid` counts in: a container has its own */
  readonly namespace: string
}

/** What Node, Bun and Deno have of it; Bare has none. */
interface Global {
  process?: {
    kill?(pid: number, signal: number): void
    getBuiltinModule?(name: 'os'): { hostname(): string } | undefined
  }
}

export function ownProcess(): ProcessId {
  const pid = ownPid()
  return {
    pid,
    started: readStat(pid)?.started ?? '',
    boot: readText('/proc/sys/kernel/random/boot_id').slice(0, 8),
    host: digest(hostname()),
    namespace: digest(orElse('', () => fs.readlinkSync('/proc/self/ns/pid')))
  }
}

/**
 * Whether a process still runs.
 * @param me  the process that wants to know
 * @returns   'unknown' where it cannot be told from here; who is in doubt takes it for running
 */
export function stateOf(it: ProcessId, me: ProcessId): 'running' | 'ended' | 'unknown' {
  if (it.host !== me.host) return 'unknown'
  if (it.boot !== me.boot) return it.boot === '' || me.boot === '' ? 'unknown' : 'ended'
  if (it.namespace !== me.namespace) return 'unknown'

  const stat = readStat(it.pid)
  if (stat === null) return stateOfHidden(it.pid)
  // Killed, and not waited for by its parent: it runs no more, unless one of its threads is still ending.
  if (/[ZX]/.test(stat.state) && stat.threads <= 1) return 'ended'
  if (it.started === '') return 'unknown' // perhaps another one that has its pid by now
  return it.started === stat.started ? 'running' : 'ended'
}

/** Of a process that /proc does not show: there is no /proc, or it hides the processes of other users. */
function stateOfHidden(pid: number): 'ended' | 'unknown' {
  const { process } = globalThis as Global
  if (process?.kill === undefined) return readStat(1) === null ? 'unknown' : 'ended' // it hides none
  try {
    process.kill(pid, 0)
    return 'unknown' // perhaps another one that has its pid by now
  } catch (err) {
    return codeOf(err) === 'ESRCH' ? 'ended' : 'unknown'
  }
}

/** proc_pid_stat(5): the name in the second field may contain spaces and parentheses. */
function readStat(pid: number): { state: string; threads: number; started: string } | null {
  const text = readText(`/proc/${pid}/stat`)
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  if (fields.length < 20) return null
  return { state: fields[0]!, threads: Number(fields[17]), started: fields[19]! }
}

function hostname(): string {
  const os = (globalThis as Global).process?.getBuiltinModule?.('os')
  return readText('/proc/sys/kernel/hostname') || orElse('', () => os?.hostname() ?? '')
}

/** '' = there is none, or it may not be read */
function readText(path: string): string {
  return orElse('', () => b4a.toString(fs.readFileSync(path)).trim())
}

function orElse<T>(value: T, fn: () => T): T {
  try {
    return fn()
  } catch {
    return value // another system, or a permission that Deno was not given
  }
}

function digest(text: string): string {
  return text === '' ? '' : crc32(b4a.from(text)).toString(16)
}

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
