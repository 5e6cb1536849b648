import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporary } from '../temporary.js'

const run = promisify(execFile)
const MAIN = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/** What only a store in a directory needs. hypercore-storage loads them as well, and a browser gives it others. */
const ONLY_PATHS = ['rocksdb-native', 'device-file', 'fs']

test('the package as it is built loads RocksDB, lock and file system when a path is opened, not before', async () => {
  expect(existsSync(MAIN), 'run npm run build').toBe(true)
  const program = `
    const Module = require('module')
    const load = Module._load
    const loaded = new Set()
    Module._load = function (name, parent) {
      if (parent && parent.filename.includes('storage-adapters')) loaded.add(name)
      return load.apply(this, arguments)
    }
    const { openStorage } = require(${JSON.stringify(MAIN)})
    const { MemoryEngine } = require(require.resolve('@manycore/kv', { paths: [${JSON.stringify(MAIN)}] }))
    async function main() {
      const memory = openStorage(new MemoryEngine())
      await memory.ready()
      await memory.close()
      const path = openStorage(${JSON.stringify(temporary())})
      const before = ${JSON.stringify(ONLY_PATHS)}.filter((name) => loaded.has(name))
      await path.ready()
      await path.close()
      console.log(JSON.stringify({ before, path: path.opened || path.closed }))
    }
    main()`
  const { stdout } = await run(process.execPath, ['-e', program])
  expect(JSON.parse(stdout)).toEqual({ before: [], path: true })
})

test('nothing in its one file requires them', () => {
  const required = [...readFileSync(MAIN, 'utf8').matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)
  expect(required).toContain('hypercore-storage')
  expect(required.filter((name) => ONLY_PATHS.includes(name!))).toEqual([])
})
