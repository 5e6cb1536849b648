import fs from 'node:fs'
import { ClassicLevel } from 'classic-level'
import b4a from 'b4a'
import { expect, test } from 'vitest'
import type { Entry } from '@manycore/kv'
import { LevelEngine, openStorage } from '../../src/index.js'
import { failure, temporary } from '../temporary.js'

const KEYS = Array.from({ length: 100 }, (_, i) => b4a.from(`key ${i}`))

/** A database of tables, a log and a manifest of a second open. */
async function written(): Promise<string> {
  const directory = temporary()
  for (const value of ['1', '2']) {
    const engine = new LevelEngine(
      new ClassicLevel(directory, { writeBufferSize: 30_000, compression: false })
    )
    await engine.open()
    for (const key of KEYS) await engine.batch([{ type: 'put', key, value: b4a.alloc(1000, value) }])
    await engine.close()
  }
  return directory
}

function find(directory: string, name: RegExp): string {
  const file = fs.readdirSync(directory).find((entry) => name.test(entry))
  return `${directory}/${file!}`
}

/** Opens, and reads everything in both ways. */
async function use(directory: string): Promise<void> {
  const engine = new LevelEngine(new ClassicLevel(directory))
  try {
    await engine.open()
    const iterator = engine.iterator({})
    let entries: Entry[]
    do entries = await iterator.next(50)
    while (entries.length > 0)
    await engine.getMany(KEYS)
  } finally {
    await engine.close()
  }
}

/** What happens to the files, and what LevelDB says of it. */
const DAMAGE: Record<string, readonly [(directory: string) => void, RegExp]> = {
  'CURRENT is missing': [(directory) => fs.unlinkSync(`${directory}/CURRENT`), /lost its file CURRENT/],
  'CURRENT is empty': [(directory) => fs.truncateSync(`${directory}/CURRENT`), /CURRENT file/],
  'CURRENT is a directory': [
    (directory) => {
      fs.unlinkSync(`${directory}/CURRENT`)
      fs.mkdirSync(`${directory}/CURRENT`)
    },
    /CURRENT: Is a directory/
  ],
  'CURRENT names another manifest': [
    (directory) => fs.writeFileSync(`${directory}/CURRENT`, 'MANIFEST-999999\n'),
    /MANIFEST-999999: No such file/
  ],
  'the manifest is missing': [(directory) => fs.unlinkSync(find(directory, /^MANIFEST/)), /No such file/],
  'the manifest is empty': [(directory) => fs.truncateSync(find(directory, /^MANIFEST/)), /meta-nextfile/],
  'a table is missing': [(directory) => fs.unlinkSync(find(directory, /ldb$/)), /missing files/],
  'a table is empty': [(directory) => fs.truncateSync(find(directory, /ldb$/)), /Invalid argument/],
  'the end of a table is missing': [
    (directory) => fs.truncateSync(find(directory, /ldb$/), fs.statSync(find(directory, /ldb$/)).size - 10),
    /the level database is damaged/
  ]
}

test.each(Object.entries(DAMAGE))('%s: ENGINE_CORRUPT, with the cause', async (_, [damage, message]) => {
  const directory = await written()
  await use(directory)
  damage(directory)
  expect(await failure(use(directory))).toMatchObject({
    code: 'ENGINE_CORRUPT',
    message: expect.stringMatching(message)
  })
})

test('a database without CURRENT is left as it is, and is whole again with it', async () => {
  const directory = await written()
  const current = fs.readFileSync(`${directory}/CURRENT`)
  fs.unlinkSync(`${directory}/CURRENT`)
  const before = fs.readdirSync(directory)

  const level = new ClassicLevel(directory) // opens by itself, in a microtask
  const storage = openStorage(level as never)
  await new Promise(setImmediate)
  for (let i = 0; i < 2; i++) expect(await failure(storage.ready())).toMatchObject({ code: 'ENGINE_CORRUPT' })
  await storage.close()
  expect(fs.readdirSync(directory)).toEqual(before)

  fs.writeFileSync(`${directory}/CURRENT`, current)
  await use(directory)
})

test('a directory that has only what a crash leaves of the first open is new', async () => {
  const directory = temporary()
  for (const name of ['LOCK', 'LOG', 'MANIFEST-000001']) fs.writeFileSync(`${directory}/${name}`, '')
  await use(directory)
})
