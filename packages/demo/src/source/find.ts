import { createHash } from 'node:crypto'
import { existsSync, realpathSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { usage } from '../errors.js'
import { bytesOf } from '../layout.js'
import { type Scan, scan } from './scan.js'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const HERE = fileURLToPath(new URL('../../', import.meta.url))

/** What a checkout holds that is made, not written: it changes from run to run. */
const MADE = new Set(['.git', '.cache', 'node_modules', 'dist', 'coverage', 'demo-data'])

/**
 * Packages that this one and the root depend on, at the versions of the lockfile: Node's API documented as
 * declarations, and real text and binary files from 0 bytes to 6 MB. A path leads through dependencies.
 */
const PACKAGES: { path: string[]; folder?: string }[] = [
  { path: ['@types/node'] },
  { path: ['hypercore'] },
  { path: ['hypercore', 'hypercore-storage', 'rocksdb-native'], folder: 'prebuilds/linux-x64' },
  { path: ['knip'] },
  { path: ['prettier'] },
  { path: ['typescript'] },
  { path: ['typescript6'] }
]

/** What the demo passes on. */
export interface Source extends Scan {
  /** what a person calls it */
  title: string
  /** absolute path of the folder that holds the stores */
  data: string
  /** the sizes of all files together */
  bytes: number
}

/**
 * Finds what the demo passes on.
 * @param dir   a folder, or null for the default: this repository and PACKAGES
 * @param data  the folder of the stores, or null for one under demo-data/, a different one for each dir
 * @throws      DemoError when dir is no folder or holds no files
 */
export async function findSource(dir: string | null, data: string | null): Promise<Source> {
  const path = dir === null ? null : await folderOf(dir)
  const home = resolve(data ?? join(ROOT, 'demo-data', path === null ? 'default' : slug(path)))

  const { files, skipped, leftOut } =
    path === null ? await scanDefault(home) : await scan(path, { skip: isAt(home) })
  if (files.length === 0) throw usage(`${dir} holds no files`)

  return {
    title: path ?? `this repository and ${PACKAGES.length} of the packages it installs`,
    data: home,
    files,
    bytes: bytesOf(files),
    skipped,
    leftOut
  }
}

async function scanDefault(home: string): Promise<Scan> {
  const isHome = isAt(home)
  const own = {
    dir: ROOT,
    prefix: 'manycore/',
    skip: (file: string, name: string) => MADE.has(name) || isHome(file)
  }
  const installed = PACKAGES.map(({ path, folder = '' }) => ({
    dir: join(packageDir(path), folder),
    prefix: `${path.at(-1)}/`,
    skip: (_file: string, name: string) => name === 'node_modules'
  }))

  const scans = await Promise.all([own, ...installed].map(({ dir, ...opts }) => scan(dir, opts)))
  return {
    files: scans.flatMap(({ files }) => files),
    skipped: scans.reduce((sum, { skipped }) => sum + skipped, 0),
    leftOut: scans.flatMap(({ leftOut }) => leftOut)
  }
}

/** The folder of an installed package, found where its dependant looks for it, whatever its `exports` say. */
function packageDir(path: string[]): string {
  let dir = HERE
  for (const name of path) {
    const places = createRequire(join(dir, 'package.json')).resolve.paths(name) ?? []
    const found = places.map((place) => join(place, name)).find((folder) => existsSync(folder))
    if (found === undefined) throw new Error(`${name} is not installed`)
    dir = realpathSync(found)
  }
  return dir
}

/** True for the folder of the stores: a demo of a folder that holds them must not store its own stores. */
function isAt(home: string): (file: string) => boolean {
  return (file) => file === home
}

async function folderOf(dir: string): Promise<string> {
  const info = await stat(dir).catch((err: Error) => {
    throw usage(`DIR: ${err.message}`)
  })
  if (!info.isDirectory()) throw usage(`DIR: ${dir} is not a folder`)
  return realpath(dir)
}

/** A name for the stores of a folder: readable, and a different one for every folder. */
function slug(path: string): string {
  return `${basename(path) || 'root'}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`
}
