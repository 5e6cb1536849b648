import b4a from 'b4a'
import { crc32 } from 'crc-universal'
import fs from 'fs'
import { ownPid } from '../kit/runtime.js'
import { codeOf } from '../disk/failures.js'

/** What identifies a process, so that another one can tell whether it is still running. '' = it cannot be found out. */
export interface ProcessId {
  readonly pid: number
  /** When it started, in clock ticks since the system did (Linux). Tells it from a later process with the same pid. */
  readonly started: string
  /** Identifies the start of the system. */
  readonly boot: string
  /** A digest of the name of the host. */
  readonly host: string
  /** A digest of the namespace that `pid` belongs to: a container has its own. */
  readonly namespace: string
}

/** What Node, Bun and Deno have; Bare has none of it. */
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
 * Is a process still running?
 * @param me  the process that wants to know
 * @returns   'unknown' if it cannot be told from here; it is then taken for running
 */
export function stateOf(it: ProcessId, me: ProcessId): 'running' | 'ended' | 'unknown' {
  if (it.host !== me.host) return 'unknown'
  if (it.boot !== me.boot) return it.boot === '' || me.boot === '' ? 'unknown' : 'ended'
  if (it.namespace !== me.namespace) return 'unknown'

  const stat = readStat(it.pid)
  if (stat === null) return stateOfHidden(it.pid)
  // A process that was killed and that its parent has not waited for has ended, unless one of its threads is still ending.
  if (/[ZX]/.test(stat.state) && stat.threads <= 1) return 'ended'
  if (it.started === '') return 'unknown' // another process may have its pid by now
  return it.started === stat.started ? 'running' : 'ended'
}

/** For a process that /proc does not show: there is no /proc, or it hides the processes of other users. */
function stateOfHidden(pid: number): 'ended' | 'unknown' {
  const { process } = globalThis as Global
  if (process?.kill === undefined) return readStat(1) === null ? 'unknown' : 'ended' // /proc hides no process
  try {
    process.kill(pid, 0)
    return 'unknown' // another process may have its pid by now
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

/** '' = the file does not exist, or may not be read. */
function readText(path: string): string {
  return orElse('', () => b4a.toString(fs.readFileSync(path)).trim())
}

function orElse<T>(value: T, fn: () => T): T {
  try {
    return fn()
  } catch {
    return value // this is another system, or Deno was not given the permission
  }
}

function digest(text: string): string {
  return text === '' ? '' : crc32(b4a.from(text)).toString(16)
}

/** A process that wants a store, or has it. The name of its file says everything, so that no such file is ever half-written. */
export interface Holder extends ProcessId {
  readonly name: string
  /** It also has the operating system's lock. */
  readonly isSystemLocked: boolean
}

// 13240-884213-3f867eb0-9c2f11aa-1a2b3c4d-files-k3j2h1x9
const NAME = /^(\d+)-(\d*)-([0-9a-f]*)-([0-9a-f]*)-([0-9a-f]*)-(system|files)-[0-9a-z]+$/

/** A name that has never been used before. */
export function nameOf(process: ProcessId, isSystemLocked: boolean): string {
  const { pid, started, boot, host, namespace } = process
  const random = Math.random().toString(36).slice(2)
  return [pid, started, boot, host, namespace, isSystemLocked ? 'system' : 'files', random].join('-')
}

/** @returns null = this is no name of a holder file */
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
