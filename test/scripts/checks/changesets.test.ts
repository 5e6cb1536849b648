import { expect, test } from 'vitest'
import { check, fixture, manifest } from '../fixture.js'

const config = { changelog: false, commit: false, access: 'public', baseBranch: 'main' }
const first = (id: string): string => `---\n'@manycore/${id}': minor\n---\n\nFirst release.\n`

const workspace = (files: Record<string, string | object> = {}): string =>
  fixture({
    'package.json': { name: 'root', private: true },
    'pnpm-workspace.yaml': 'packages: [packages/*]\n',
    'pnpm-lock.yaml': '',
    '.changeset/config.json': config,
    '.changeset/keychain.md': first('keychain'),
    '.changeset/corestore.md': first('corestore'),
    'packages/keychain/package.json': manifest('keychain', { version: '0.0.0' }),
    'packages/sessions/package.json': manifest('sessions'),
    'packages/corestore/package.json': manifest('corestore', {
      version: '0.0.0',
      dependencies: { '@manycore/keychain': 'workspace:^', '@manycore/sessions': 'workspace:^' }
    }),
    ...files
  })

test('independent versions with a first changeset each pass', async () => {
  const { code, text } = await check('checks/changesets', workspace())
  expect(text).not.toContain('not ok')
  expect(code).toBe(0)
})

test.each([
  [
    'packages whose versions are tied',
    { '.changeset/config.json': { ...config, fixed: [['@manycore/*']] } },
    'bumps @manycore/corestore, @manycore/keychain, @manycore/sessions'
  ],
  [
    'a package without a changeset for its first release',
    { 'packages/kv/package.json': manifest('kv', { version: '0.0.0' }) },
    '@manycore/kv has no changeset'
  ],
  ['a changeset of a package that is not there', { '.changeset/gone.md': first('gone') }, '@manycore/gone']
])('%s: fails', async (_name, files: Record<string, string | object>, message) => {
  const { code, text } = await check('checks/changesets', workspace(files))
  expect(text).toContain(message)
  expect(text.match(/^not ok/gm)).toHaveLength(1)
  expect(code).toBe(1)
})
