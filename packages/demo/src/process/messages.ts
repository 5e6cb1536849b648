import type { Entry } from '../layout.js'
import type { LeftOut, SourceFile } from '../source/scan.js'

/** What a role gets and gives, by the name of its file in roles/. Everything is sent as JSON. */
export interface Roles {
  writer: { params: Params & { files: SourceFile[] }; result: Totals & { key: string; leftOut: LeftOut[] } }
  relay: { params: Params & { key: string }; result: Totals & Connected }
  reader: { params: Params & { key: string }; result: Totals & Connected & { hashes: Hash[] } }
}

export type RoleName = keyof Roles

/** What the parent says. */
export interface ToRole<R extends RoleName> {
  start?: Roles[R]['params']
  /** the role is no longer needed */
  leave?: true
}

/** What a role says. */
export interface FromRole<R extends RoleName> {
  progress?: Counts
  done?: Roles[R]['result']
  /** why it ends */
  failed?: string
}

export interface Params {
  /** the folder of this role's store */
  dir: string
  /** nodes of the loopback DHT; null = the public DHT */
  bootstrap: Bootstrap | null
}

export type Bootstrap = { host: string; port: number }[]

/** How far a step has come. */
export interface Progress {
  files: number
  /** bytes of files that are done with, wherever they came from */
  fileBytes: number
  totalFiles: number
  totalBytes: number
}

/** What a role has done so far. */
export interface Counts extends Progress {
  /** appended or downloaded in this run */
  blocks: number
  bytes: number
  /** blocks of earlier runs */
  alreadyThere: number
}

/** What a role has done in the end. */
export interface Totals {
  cores: number
  files: number
  blocks: number
  bytes: number
  alreadyThere: number
  seconds: number
}

/** What the roles that join others tell as well. */
export interface Connected {
  /** until the first peer that had the index core was found */
  connectMs: number
}

/** The path of a file, and its SHA-256 in hex: of the bytes that arrived. */
export type Hash = [path: Entry['path'], sha256: Entry['sha256']]
