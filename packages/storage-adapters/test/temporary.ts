import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** A new directory, open to every user, removed when the test ends. */
export function temporary(): string {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'storage-adapters-')))
  fs.chmodSync(directory, 0o777)
  onTestFinished(() => fs.rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The same for a suite that removes it itself. */
export function makeDirectory(): { path: string; remove: () => Promise<void> } {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'storage-adapters-'))
  return { path: directory, remove: async () => fs.rmSync(directory, { recursive: true, force: true }) }
}

/** Every entry below a directory, sorted; files with their bytes. */
export function tree(directory: string): string[] {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name)
      return entry.isFile() ? `${file}: ${fs.readFileSync(file, 'hex')}` : file
    })
    .toSorted()
}

/** This process's open files below a directory (Linux; elsewhere the lock shows what is left open). */
export function openFiles(directory: string): string[] {
  const descriptors = '/proc/self/fd'
  if (!fs.existsSync(descriptors)) return []
  return fs
    .readdirSync(descriptors)
    .map((fd) => {
      try {
        return fs.readlinkSync(`${descriptors}/${fd}`)
      } catch {
        return '' // closed since it was listed
      }
    })
    .filter((file) => file.startsWith(directory))
}

/** Runs as a user whom permissions bind, when this process is root. */
export async function asOrdinaryUser<T>(fn: () => Promise<T>): Promise<T> {
  if (process.geteuid!() !== 0) return fn()
  process.setegid!(65534)
  process.seteuid!(65534)
  try {
    return await fn()
  } finally {
    process.seteuid!(0)
    process.setegid!(0)
  }
}

/** What a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<Error & { code?: string; pid?: number }> {
  try {
    await promise
  } catch (err) {
    return err as Error
  }
  throw new Error('did not reject')
}
