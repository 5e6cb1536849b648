import fs from 'fs'

/**
 * Which process has a RocksDB open: the one with the POSIX lock on its file LOCK, as Linux lists it.
 * @returns undefined where that cannot be known: another system, another pid namespace, a file system
 *          whose device numbers differ from the kernel's
 */
export function findLockHolder(database: string): number | undefined {
  try {
    const { dev, ino } = fs.statSync(`${database}/LOCK`)
    const file = `${hex(major(dev))}:${hex(minor(dev))}:${ino}`
    // 1: POSIX  ADVISORY  WRITE 7617 fe:00:2154875 0 EOF
    for (const line of String(fs.readFileSync('/proc/locks')).split('\n')) {
      const [, kind, , , pid, id] = line.trim().split(/\s+/)
      if (kind === 'POSIX' && id === file && Number(pid) > 0) return Number(pid)
    }
  } catch {
    // The lock was let go, or there is no /proc: nobody to name.
  }
  return undefined
}

// Linux's makedev(3), for numbers that fit 32 bits.
function major(dev: number): number {
  return (dev >>> 8) & 0xfff
}

function minor(dev: number): number {
  return (dev & 0xff) | ((dev >>> 12) & 0xfff00)
}

function hex(n: number): string {
  return n.toString(16).padStart(2, '0')
}
