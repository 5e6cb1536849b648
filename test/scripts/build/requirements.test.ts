import { execFile } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fixture } from '../fixture.js'

const packages = fileURLToPath(new URL('../../../packages/', import.meta.url))
const built = readdirSync(packages)
  .map((id) => ({ id, manifest: JSON.parse(readFileSync(join(packages, id, 'package.json'), 'utf8')) }))
  .filter(({ id, manifest }) => !manifest.private && id !== 'hypercore-types') // which has no code

/** Loads a built package in a process that takes itself for another version of Node. `npm run test:matrix` has a real one. */
function load(id: string, node: string): Promise<string> {
  const dir = fixture({
    'version.cjs': `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${node}' } })`
  })
  writeFileSync(join(dir, 'load.cjs'), `require(${JSON.stringify(join(packages, id))})`)
  return new Promise((resolve) => {
    const args = ['--require', join(dir, 'version.cjs'), join(dir, 'load.cjs')]
    execFile(process.execPath, args, (_err, stdout, stderr) => resolve(stdout + stderr))
  })
}

test('what a package says when it cannot work is known to isManycoreError() of another', async () => {
  const dir = fixture({
    'old.cjs': `
      const { isManycoreError } = require(${JSON.stringify(join(packages, 'keychain'))})
      Object.defineProperty(process, 'versions', { value: { node: '18.20.8' } })
      try {
        require(${JSON.stringify(join(packages, 'kv'))})
      } catch (err) {
        console.log(isManycoreError(err), isManycoreError(err, 'NODE_TOO_OLD'), Object.keys(err))
      }`
  })
  const said = await new Promise((resolve) => {
    execFile(process.execPath, [join(dir, 'old.cjs')], (_err, stdout, stderr) => resolve(stdout + stderr))
  })
  expect(said).toBe("true true [ 'code' ]\n")
})

test.each(built)(
  '$id says on an old Node which one it needs, before anything is opened',
  async ({ id, manifest }) => {
    for (const old of ['18.20.8', '20.18.3']) {
      const sentence = `Error: NODE_TOO_OLD: ${manifest.name} needs Node 20.19 or newer, and this is Node ${old}: install`
      expect(await load(id, old)).toContain(sentence)
    }
    for (const fit of ['20.19.0', '22.0.0', '100.1.0']) expect(await load(id, fit)).toBe('')
  }
)
