import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { check, fixture, manifest } from '../fixture.js'

const MAP = `# Architecture

## Codemap

### \`packages/kv\`: a store

- \`log/\`: what is appended
- \`log/old/\`: what older versions appended

### Around

- \`docs/\`: pages
- \`packages/\`: the packages

## Next
`

const workspace = (files: Record<string, string | object> = {}): string =>
  fixture({
    'README.md':
      '[a](docs/architecture.md) [b](docs/errors.md) [c](docs/troubleshooting.md#x) [d](docs/api.md)',
    'packages/kv/package.json': manifest('kv', { exports: { '.': {}, './kit': {}, './package.json': {} } }),
    'packages/kv/src/log/old/reader.ts': '',
    'docs/architecture.md': MAP,
    'docs/errors.md': '| `GONE` | it was here |',
    'docs/troubleshooting.md': '### `GONE`',
    'docs/api.md': '**@manycore/kv** **@manycore/kv/kit**',
    ...files
  })

test('pages that agree with the tree pass', async () => {
  const { code, text } = await check('checks/docs', workspace())
  expect(text).not.toContain('not ok')
  expect(code).toBe(0)
})

test.each([
  [
    'a folder that the codemap lacks',
    { 'packages/kv/src/segment/writer.ts': '' },
    'lacks packages/kv/src/segment'
  ],
  ['a folder at the root that it lacks', { 'bench/run.mjs': '' }, 'lacks bench'],
  ['a suite that it lacks', { 'packages/kv/compliance/index.ts': '' }, 'lacks packages/kv/compliance'],
  ['a package that it lacks', { 'packages/level/package.json': manifest('level') }, 'lacks packages/level'],
  [
    'a folder that is not in the tree',
    { 'docs/architecture.md': MAP.replace('- `log/`', '- `memtable/`: new\n- `log/`') },
    'has packages/kv/src/memtable, which is not in the tree'
  ],
  [
    'a folder without a phrase',
    { 'docs/architecture.md': MAP.replace('what is appended', '') },
    'lacks packages/kv/src/log;'
  ],
  ['a map that is gone', { 'docs/architecture.md': '# Architecture' }, 'no section "Codemap"'],
  ['a page without a link', { 'docs/recipes.md': '' }, 'README.md has no link to docs/recipes.md'],
  ['a page at the root without a link', { 'UPGRADING.md': '' }, 'README.md has no link to UPGRADING.md'],
  ['a code without advice', { 'docs/troubleshooting.md': 'GONE' }, 'lacks GONE'],
  ['a subpath that the reference lacks', { 'docs/api.md': '**@manycore/kv**' }, 'lacks **@manycore/kv/kit**']
])('%s fails', async (_name, files, message) => {
  const { code, text } = await check('checks/docs', workspace(files))
  expect(text).toContain(message)
  expect(code).toBe(1)
})

test('folders and pages that git ignores are none of the tree', async () => {
  const dir = workspace({
    '.gitignore': 'scratch/\nNOTES.md\n',
    'scratch/a.ts': '',
    'NOTES.md': '',
    'packages/kv/src/scratch/a.ts': ''
  })
  expect((await check('checks/docs', dir)).text).toContain('lacks scratch')
  execFileSync('git', ['init', '-q'], { cwd: dir })
  const { code, text } = await check('checks/docs', dir)
  expect(text).not.toContain('not ok')
  expect(code).toBe(0)
})
