import fs from 'node:fs'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { openStorage } from '../../src/index.js'
import { failure, openFiles, temporary, tree } from '../temporary.js'

test.each([
  [['thesis.md']],
  [['a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt']],
  [['lost+found/']],
  [['.gitignore', 'cores/']],
  [['db/', 'server.log']],
  [['000004.log', 'LOG', 'LOCK']], // names RocksDB uses too, but no database
  [['CURRENT', '000004.log', 'notes']]
])('a directory with %j is refused, named, and left as it is', async (entries) => {
  const directory = temporary()
  for (const entry of entries) {
    if (entry.endsWith('/')) fs.mkdirSync(`${directory}/${entry}`)
    else fs.writeFileSync(`${directory}/${entry}`, `content of ${entry}`)
  }
  const before = tree(directory)

  const storage = openStorage(directory)
  const err = await failure(storage.ready())
  expect(err).toMatchObject({ code: 'STORAGE_FOREIGN_FILES' })
  expect(err.message).toContain(directory)
  const foreign = entries
    .filter((name) => !['cores/', 'db/'].includes(name))
    .map((name) => name.replace('/', ''))
  expect(foreign.some((name) => err.message.includes(name))).toBe(true)
  expect(await failure(new Hypercore(storage).ready())).toMatchObject({ code: 'STORAGE_FOREIGN_FILES' })
  await storage.close()

  expect(tree(directory)).toEqual(before)
  expect(openFiles(directory)).toEqual([])
})

test('three of many files are named, and the rest counted', async () => {
  const directory = temporary()
  for (const name of ['a', 'b', 'c', 'd', 'e']) fs.writeFileSync(`${directory}/${name}`, '')
  const err = await failure(openStorage(directory).ready())
  expect(err.message).toBe(
    `STORAGE_FOREIGN_FILES: ${directory} is not a store and holds a, b, c and 2 more: use an empty or a new directory`
  )
})

test('a store may have other files beside it', async () => {
  const directory = temporary()
  await openAndClose(directory)
  fs.writeFileSync(`${directory}/README`, 'mine')
  await openAndClose(directory)
  expect(fs.readFileSync(`${directory}/README`, 'utf8')).toBe('mine')
})

test('the directories that stock leaves alone are left alone', async () => {
  const directory = temporary()
  fs.mkdirSync(`${directory}/app-preferences`)
  fs.writeFileSync(`${directory}/preferences.json`, '{}')
  await openAndClose(directory)
  expect(fs.readdirSync(directory).toSorted()).toEqual([
    'CORESTORE',
    'app-preferences',
    'db',
    'preferences.json'
  ])
})

test('an early Corestore 7 store, RocksDB’s files in the directory itself, opens', async () => {
  const directory = temporary()
  await openAndClose(directory, 7)
  fs.rmSync(`${directory}/CORESTORE`)
  for (const name of fs.readdirSync(`${directory}/db`)) {
    fs.renameSync(`${directory}/db/${name}`, `${directory}/${name}`)
  }
  fs.rmdirSync(`${directory}/db`)

  const storage = openStorage(directory)
  expect((await storage.getSeed())![0]).toBe(7)
  await storage.close()
  expect(fs.readdirSync(directory).toSorted()).toEqual(['CORESTORE', 'db'])
})

test.each([
  ['before', ['CURRENT', 'IDENTITY']],
  ['after', ['IDENTITY', 'SESSION_ID']]
])('an early store whose move was interrupted %s CURRENT opens', async (_, unmoved) => {
  const directory = temporary()
  await openAndClose(directory, 7)
  fs.rmSync(`${directory}/CORESTORE`)
  for (const name of unmoved) {
    fs.renameSync(`${directory}/db/${name}`, `${directory}/${name}`)
  }

  const storage = openStorage(directory)
  expect((await storage.getSeed())![0]).toBe(7)
  await storage.close()
})

async function openAndClose(directory: string, seed = 1): Promise<void> {
  const storage = openStorage(directory)
  await storage.setSeed(new Uint8Array(32).fill(seed))
  await storage.close()
}
