import fs from 'fs'
import type { Claim } from '../disk/disk.js'
import { codeOf, FULL, unlessFull } from '../disk/failures.js'
import { EngineError } from '../errors.js'
import { type Holder, nameOf, ownProcess, parseName, stateOf } from './process.js'

/** Codes of the file system if there is a file in the place of the directory. */
const IN_THE_WAY = ['EEXIST', 'ENOTDIR']

/** How often, and for how many milliseconds each time, a process waits for another one that is about to decide. */
const PATIENCE = 200
const PAUSE_MS = 5

/** Codes if nothing can be made beside a file: the directory of a store in one file may belong to others, or the disk is full. */
const NOT_MADE = ['EACCES', 'EPERM', 'EROFS', ...FULL]

/**
 * Takes a store for this process by files alone. Each process that wants the store makes its own file in `<file>.holders`,
 * and then looks who else has one there: of two processes, the later one sees the other. No name is used twice, so the file
 * of a process that has ended may be removed at any time, by anyone. Of several that come at once, the first by name gets
 * the store.
 * @param file            what is locked; it must exist
 * @param isSystemLocked  The operating system has locked the store for this process. It then only needs to see, and to be
 *                        seen by, those that have no such lock.
 * @throws ELOCKED; ENGINE_FAILED, if a file is in the way; or the file system's error. No file of this process is left then.
 */
export async function claimFile(file: string, isSystemLocked: boolean): Promise<Claim> {
  const directory = directoryOf(file)
  const name = nameOf(ownProcess(), isSystemLocked)
  try {
    create(directory, name)
  } catch (err) {
    if (!isSystemLocked || !NOT_MADE.includes(codeOf(err))) throw err
    refuseIfHeld(file, true)
    return { release: () => {} } // a process without such a lock cannot make its file here either, until there is room
  }
  try {
    await win(directory, name, isSystemLocked)
    await unlessFull(async () => fs.writeFileSync(`${directory}/${name}`, 'has the store\n')) // it locks without that too, only not at once
  } catch (err) {
    withdraw(directory, name)
    throw err
  }
  return { release: () => withdraw(directory, name) }
}

/**
 * For readers, who leave no trace and whom a later writer does not see.
 * @throws ELOCKED; ENGINE_FAILED, if a file is in the way
 */
export function refuseIfHeld(file: string, isSystemLocked: boolean): void {
  const directory = directoryOf(file)
  const holder = holdersIn(directory, isSystemLocked).find(({ state }) => state !== 'ended')
  if (holder !== undefined) throw locked(directory, holder)
}

async function win(directory: string, name: string, isSystemLocked: boolean): Promise<void> {
  for (let times = 0; ; times++) {
    const others = holdersIn(directory, isSystemLocked).filter((other) => other.name !== name)
    for (const other of others) if (other.state === 'ended') remove(`${directory}/${other.name}`)

    const rivals = others.filter(({ state }) => state !== 'ended')
    if (rivals.length === 0) return
    const winner = rivals.find((rival) => rival.hasDecided || rival.name < name)
    if (winner !== undefined || times === PATIENCE) throw locked(directory, winner ?? rivals[0]!)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS)) // the others see this one, and give way
  }
}

/** The same directory, whichever symbolic link leads to the file. */
function directoryOf(file: string): string {
  return `${fs.realpathSync(file)}.holders`
}

/** Makes the directory and a file in it. Whoever lets go last removes the directory, perhaps at this very moment. */
function create(directory: string, name: string): void {
  for (let times = 0; ; times++) {
    try {
      fs.mkdirSync(directory, { recursive: true })
      return fs.closeSync(fs.openSync(`${directory}/${name}`, 'wx'))
    } catch (err) {
      if (IN_THE_WAY.includes(codeOf(err))) throw inTheWay(directory, err)
      if (codeOf(err) === 'ENOENT' && times < PATIENCE) continue
      removeEmpty(directory)
      throw err
    }
  }
}

function withdraw(directory: string, name: string): void {
  remove(`${directory}/${name}`)
  removeEmpty(directory)
}

function removeEmpty(directory: string): void {
  try {
    fs.rmdirSync(directory)
  } catch {
    // Others have files there, or have removed it, or nobody has made it.
  }
}

function remove(path: string): void {
  try {
    fs.unlinkSync(path)
  } catch (err) {
    if (codeOf(err) !== 'ENOENT') throw err
  }
}

interface Found extends Holder {
  readonly state: 'running' | 'ended' | 'unknown'
  /** The process has the store. */
  readonly hasDecided: boolean
}

function holdersIn(directory: string, isSystemLocked: boolean): Found[] {
  const me = ownProcess()
  const found: Found[] = []
  for (const name of list(directory)) {
    const holder = parseName(name)
    const size = holder === null ? null : sizeOf(`${directory}/${name}`)
    if (holder === null || size === null) continue // a file manager made it; or its process has just let go
    // Only one process at a time has the operating system's lock.
    const state = isSystemLocked && holder.isSystemLocked ? 'ended' : stateOf(holder, me)
    found.push({ ...holder, state, hasDecided: size > 0 })
  }
  return found
}

function list(directory: string): string[] {
  try {
    return fs.readdirSync(directory) as string[]
  } catch (err) {
    if (codeOf(err) === 'ENOENT') return []
    throw IN_THE_WAY.includes(codeOf(err)) ? inTheWay(directory, err) : err
  }
}

function sizeOf(path: string): number | null {
  try {
    return fs.statSync(path).size
  } catch (err) {
    if (codeOf(err) === 'ENOENT') return null
    throw err
  }
}

function locked(directory: string, { name, pid, state }: Found): EngineError {
  const path = `${directory}/${name}`
  const doubt = state === 'running' ? '' : `, as far as can be told from here. If it is not, remove ${path}`
  return new EngineError('ELOCKED', `the store is open in process ${pid}${doubt}`, { holder: pid })
}

function inTheWay(directory: string, cause: unknown): EngineError {
  const message = `${directory} is a file, and must be a directory for the processes that have the store open: remove it`
  return new EngineError('ENGINE_FAILED', message, { cause })
}
