import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A fresh directory, removed with all it holds once this test file has run. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'manycore-'))
  created.push(directory)
  return directory
}

const created: string[] = []

afterAll(() => {
  for (const directory of created.splice(0)) rmSync(directory, { recursive: true, force: true })
})
