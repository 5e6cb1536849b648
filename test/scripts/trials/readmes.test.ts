import { expect, test } from 'vitest'
import { check, fixture, manifest } from '../fixture.js'

const REPOSITORY = 'https://github.com/manycore/manycore'

const workspace = (readme: string, files: Record<string, string> = {}): string =>
  fixture({
    'tsconfig.json': { files: [] },
    'README.md': '# Nothing to run\n\n```sh\nexit 1\n```\n',
    'packages/kv/package.json': manifest('kv', { main: 'index.js', types: 'index.d.ts' }),
    'packages/kv/index.js': 'exports.open = () => 1',
    'packages/kv/index.d.ts': 'export declare function open(): number',
    'packages/kv/README.md': readme,
    ...files
  })

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n`
const INSTALL = fenced('sh', 'npm install @manycore/kv')
const block = (language: string, text: string): string => `# kv\n\n${fenced(language, text)}\n${INSTALL}`

test.each([
  ['CommonJS', 'js', "const { open } = require('@manycore/kv')\nif (open() !== 1) throw new Error()"],
  ['an ES module', 'js', "import { open } from '@manycore/kv'\nawait open()"],
  [
    'TypeScript',
    'ts',
    "import { open } from '@manycore/kv'\nconst one: number = open()\nif (one !== 1) throw new Error()"
  ]
])('a block of %s that is right passes', async (_name, language, text) => {
  const { code, lines } = await check('trials/readmes', workspace(block(language, text)))
  expect(lines).toContain('ok readmes: packages/kv/README.md:3')
  expect(code).toBe(0)
})

test.each([
  ['throws', 'js', "require('@manycore/kv').close()", 'exits with 1'],
  ['throws and asks not to run', 'js no-run', "require('@manycore/kv').close()", 'exits with 1'],
  ['cannot run twice', 'js', "require('node:fs').mkdirSync('store')", 'exits with 1 when it runs again'],
  ['loads what is not there', 'js', "import '@manycore/missing'", 'exits with 1'],
  [
    'has a wrong type',
    'ts',
    "import { open } from '@manycore/kv'\nconst one: string = open()",
    'does not compile'
  ]
])('a block that %s fails with its line', async (_name, language, text, message) => {
  const { code, text: output } = await check('trials/readmes', workspace(block(language, text)))
  expect(output).toContain(`packages/kv/README.md:3 ${message}`)
  expect(code).toBe(1)
})

test.each([
  ['a place outside of the package', '[sessions](../sessions)', 'tree/main/packages/sessions'],
  ['a file that is not there', '[more](./more.md)', 'there is no such file'],
  [
    'a file that is not in the repository',
    `[more](${REPOSITORY}/blob/main/docs/more.md)`,
    'there is no such file'
  ]
])('a link to %s fails', async (_name, link, message) => {
  const { code, text } = await check(
    'trials/readmes',
    workspace(`# kv\n\n${link}\n`, { 'packages/sessions/README.md': '# sessions' })
  )
  expect(text).toContain(`packages/kv/README.md:3 links to ${/\((.*)\)/.exec(link)![1]}: `)
  expect(text).toContain(message)
  expect(code).toBe(1)
})

test('links to the web, the repository, the package and the page itself pass', async () => {
  const links = `# kv\n\n[a](https://example.com) [b](#kv) [c](./index.js) [d]\n\n[d]: ${REPOSITORY}/tree/main/packages/kv#kv\n`
  const { lines, code } = await check('trials/readmes', workspace(links))
  expect(lines).toContain('ok readmes: links lead somewhere, on npm as well')
  expect(code).toBe(0)
})

test('a block that loads what no install line names fails', async () => {
  const readme = `# kv\n\n${fenced('js', "require('@manycore/kv')\nrequire('node:fs')\nrequire('@manycore/sessions/kit')")}\n${INSTALL}`
  const { code, text } = await check('trials/readmes', workspace(readme))
  expect(text).toContain(
    'packages/kv/README.md:3 loads @manycore/sessions, which no `npm install` of it names'
  )
  expect(text.match(/which no/g)).toHaveLength(1)
  expect(code).toBe(1)
})

test('a package whose README loads hypercore and does not say how it is typed fails', async () => {
  const readme = `# kv\n\n${fenced('js', "require('hypercore')")}\n${fenced('sh', 'npm install hypercore')}`
  const { code, text } = await check('trials/readmes', workspace(readme))
  expect(text).toContain('packages/kv/README.md loads hypercore: say that @manycore/hypercore-types/ambient')
  expect(code).toBe(1)
})

test('a package without a README fails', async () => {
  const dir = workspace('', { 'packages/sessions/package.json': JSON.stringify(manifest('sessions')) })
  const { code, text } = await check('trials/readmes', dir)
  expect(text).toContain('packages/sessions/README.md is missing')
  expect(code).toBe(1)
})

test('an example that fails, in JavaScript or TypeScript, fails', async () => {
  const dir = workspace('', {
    'examples/1-right.js': 'process.exitCode = 0',
    'examples/2-wrong.mjs': 'process.exitCode = 3',
    'examples/3-wrong.ts': 'const one: string = 1'
  })
  const { code, text, lines } = await check('trials/examples', dir)
  expect(lines).toContain('ok examples: 1-right.js')
  expect(text).toContain('examples/2-wrong.mjs exits with 3')
  expect(text).toContain('examples/3-wrong.ts does not compile')
  expect(code).toBe(1)
})
