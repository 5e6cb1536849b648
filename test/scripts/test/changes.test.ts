import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { changesOf } from '../../../scripts/test/changes.mjs'
import { fixture } from '../fixture.js'

interface Repository {
  dir: string
  git(...args: string[]): string
  write(path: string, text: string): void
  commit(): void
}

/** A repository with one commit on its only branch. */
function repository(branch: string): Repository {
  const dir = fixture({ 'a.txt': 'a', 'b.txt': 'b', '.gitignore': 'ignored/' })
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false']
  const git = (...args: string[]): string =>
    execFileSync('git', [...identity, ...args], {
      cwd: dir,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe']
    })
  git('init', '-q', '-b', branch)
  const commit = (): void => {
    git('add', '-A')
    git('commit', '-q', '-m', 'some')
  }
  commit()
  return { dir, git, commit, write: (path, text) => writeFileSync(join(dir, path), text) }
}

test('a clean main branch has no changes', () => {
  const { dir } = repository('main')
  expect(changesOf(dir)).toEqual({ since: expect.stringMatching(/^main \([0-9a-f]{7,}\)$/), files: [] })
})

test('commits of a branch, what is staged, what is not, and new files are changes; what main did meanwhile is not', () => {
  const { dir, git, write, commit } = repository('main')
  git('checkout', '-q', '-b', 'branch')
  write('committed.txt', '')
  commit()
  git('checkout', '-q', 'main')
  write('of-main.txt', '')
  commit()
  git('checkout', '-q', 'branch')
  write('staged.txt', '')
  git('add', 'staged.txt')
  write('a.txt', 'changed')
  write('new file.txt', '')
  mkdirSync(join(dir, 'ignored'))
  write('ignored/c.txt', '')
  expect(changesOf(dir).files).toEqual(['a.txt', 'committed.txt', 'new file.txt', 'staged.txt'])
})

test('a file that was moved has changed in both places', () => {
  const { dir, git, commit } = repository('main')
  git('mv', 'b.txt', 'c.txt')
  expect(changesOf(dir).files).toEqual(['b.txt', 'c.txt'])
  commit()
  expect(changesOf(dir).files).toEqual([])
})

test('without a main branch, changes are those since the last commit', () => {
  const { dir, write } = repository('trunk')
  write('a.txt', 'changed')
  expect(changesOf(dir)).toEqual({ since: expect.stringMatching(/^the last commit \(/), files: ['a.txt'] })
})

test('commits of main that origin does not have are changes', () => {
  const { dir, git, write, commit } = repository('main')
  git('update-ref', 'refs/remotes/origin/main', 'HEAD')
  write('b.txt', 'changed')
  commit()
  expect(changesOf(dir)).toEqual({ since: expect.stringMatching(/^origin.main /), files: ['b.txt'] })
})
