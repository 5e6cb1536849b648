import { EventEmitter } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import Hypercore from 'hypercore'
import crypto from 'hypercore-crypto'
import { expect, test } from 'vitest'
import * as api from '../src/index.js'
import { Corestore } from '../src/index.js'
import type { CorestoreEvents } from '../src/index.js'
import { openStore } from './kit/open-store.js'
import { temporaryDirectory } from './kit/temporary-directory.js'
import { findBags } from './options/find-bags.js'

const require = createRequire(import.meta.url)
const requireAsHypercore = createRequire(require.resolve('hypercore'))
const Stock = require('corestore') as new (directory: string) => Corestore

/** The tables of docs/compat.md, by heading; each row is its cells. */
const tables = readTables(new URL('../../../docs/compat.md', import.meta.url))
const rowsOf = (heading: string): Map<string, string[]> =>
  new Map(tables.get(heading)!.map((row) => [row[0]!.replaceAll('`', ''), row]))

test('every member of stock has a row, and every row holds', async () => {
  const stock = new Stock(temporaryDirectory())
  await stock.ready()
  const members = [...Object.getOwnPropertyNames(Stock.prototype), ...Object.keys(stock), 'ready', 'close']
  await stock.close()
  const rows = rowsOf('Store')
  const ours = openStore()
  const isInternal = (name: string): boolean => name.startsWith('_') || name === 'constructor'
  for (const name of members.filter((name) => !isInternal(name))) {
    const here = rows.get(name)?.[1]
    expect(here, `docs/compat.md has no row for ${name}`).toBeDefined()
    expect(name in ours, `${name} is said to be ${here}`).toBe(here !== 'absent')
  }
  expect('from' in Corestore && 'isCorestore' in Corestore).toBe(true)
})

test('what stock does not have is listed as new, and nothing else is', async () => {
  const stock = new Stock(temporaryDirectory())
  await stock.ready()
  const ours = openStore()
  const topic = crypto.randomBytes(32)
  const methods = Stock.prototype as unknown as { readonly [name: string]: object }
  const classSource = String(Stock)
  const emitting = classSource + readFileSync(require.resolve('ready-resource'), 'utf8')
  const getSources = ['get', '_preload', '_preloadCheckIfExists', '_auth', '_openCore'].map((name) =>
    String(methods[name])
  )
  const found: { [where: string]: string[] } = {
    store: lacking(ours, stock),
    Corestore: lacking(Corestore, Stock),
    cores: lacking(ours.cores, stock.cores),
    sessions: lacking(ours.sessions, stock.sessions),
    'group handle': lacking(ours.notifyGroup(topic), stock.notifyGroup(topic)),
    module: Object.keys(api),
    event: Object.keys(EVENTS).filter((name) => !emitting.includes(`emit('${name}'`)),
    'new Corestore()': beyond('new Corestore(options)', [classSource.split('watch(fn)')[0]!]),
    'session()': beyond('Corestore.session(options)', [classSource.split('watch(fn)')[0]!]),
    'get()': beyond('Corestore.get(opts)', getSources),
    'replicate()': beyond('Corestore.replicate(options)', [
      String(Hypercore.createProtocolStream),
      String(requireAsHypercore('@hyperswarm/secret-stream'))
    ])
  }
  await stock.close()

  const listed: { [where: string]: string[] } = Object.fromEntries(
    Object.keys(found).map((where) => [where, []])
  )
  for (const [where, names] of tables.get('New')!) listed[unquoted(where!)]!.push(...namesIn(names!))
  const lines = (names: typeof found): string[] =>
    Object.entries(names).map(([where, all]) => `${where}: ${all.toSorted().join()}`)
  expect(lines(listed)).toEqual(lines(found))
})

test('a subclass may name its fields as it likes: what is internal has no name', async () => {
  class Shop extends Corestore {
    shared = 'fruit'
    lifecycle = 'seed, tree, fruit'
  }
  const shop = new Shop(temporaryDirectory())
  const core = shop.namespace('market').get({ name: 'apples' })
  await core.append('one')
  await shop.close()
  expect([shop.shared, shop.lifecycle, core.closed]).toEqual(['fruit', 'seed, tree, fruit', true])
})

test('every test that the document names exists', () => {
  const names = [...tables.values()].flat().map((row) => row.at(-1)!)
  expect(names.length).toBeGreaterThan(90)
  for (const name of names) expect(existsSync(fileURLToPath(new URL(name, import.meta.url))), name).toBe(true)
})

test('every row says same, stricter, more or absent, and why when not the same', () => {
  for (const [heading, rows] of tables) {
    if (heading === 'Errors' || heading === 'New') continue
    for (const [name, here, why] of rows) {
      expect(['same', 'stricter', 'more', 'absent'], `${name}`).toContain(here)
      if (here !== 'same') expect(why, `${name} is ${here}: why?`).not.toBe('')
    }
  }
})

test('internal members of stock’s trackers are absent', async () => {
  const store = openStore()
  const absent: [object, string[]][] = [
    [store.cores, ['set', 'gc', 'resume', 'unwatch', 'watching']],
    [store.streamTracker, ['attachAll', 'destroy']],
    [store.sessions, ['gc']],
    [store.notifyGroup(crypto.randomBytes(32)), ['index']]
  ]
  for (const [object, names] of absent) for (const name of names) expect(name in object, name).toBe(false)
  expect(store.cores.opened(crypto.randomBytes(32))).toBe(false)
})

/** Every event of ours, by its name: the compiler knows when one is added. */
const EVENTS: { readonly [K in keyof CorestoreEvents]: true } = {
  ready: true,
  close: true,
  'group-active': true,
  'core-open': true,
  'core-close': true,
  conflict: true,
  sync: true
}

/** The public members that one object has and another one lacks; those of an EventEmitter are nobody's. */
function lacking(ours: object, stock: object): string[] {
  const members = new Set<string>()
  for (
    let owner = ours;
    owner !== null && owner !== Object.prototype;
    owner = Object.getPrototypeOf(owner) as object
  ) {
    if (owner === EventEmitter.prototype || owner === Function.prototype) break
    for (const name of Object.getOwnPropertyNames(owner)) members.add(name)
  }
  return [...members].filter((name) => !name.startsWith('_') && !(name in stock) && name !== 'emit')
}

const bags = findBags()

/** The options of a call of ours that stock does not read, unless a table of the document has a row for them. */
function beyond(call: string, sources: readonly string[]): string[] {
  const read = new Set(
    sources.flatMap((source) => Array.from(source.matchAll(/\bopts\.(\w+)/g), ([, name]) => name!))
  )
  const rows = rowsOf('Options of `get()`')
  return bags
    .get(`corestore: ${call}`)!
    .filter((name) => !read.has(name) && !(call.includes('get') && rows.has(name)))
}

const unquoted = (cell: string): string => cell.replaceAll('`', '')
const namesIn = (cell: string): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name]) => name!)

function readTables(url: URL): Map<string, string[][]> {
  const found = new Map<string, string[][]>()
  let heading = ''
  for (const line of readFileSync(url, 'utf8').split('\n')) {
    if (line.startsWith('## ')) heading = line.slice(3)
    if (!line.startsWith('|') || /^\| *(-|(of|member|option|event|what 7 throws) )/.test(line)) continue
    const cells = line.slice(1, -1).split('|')
    found.set(heading, [...(found.get(heading) ?? []), cells.map((cell) => cell.trim())])
  }
  return found
}
