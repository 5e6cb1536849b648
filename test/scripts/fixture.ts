import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** The path of scripts/<name>.mjs. */
export function script(name: string): string {
  return fileURLToPath(new URL(`../../scripts/${name}.mjs`, import.meta.url))
}

/** A small workspace on disk, removed after the test. Objects are written as JSON. */
export function fixture(files: Record<string, string | object>): string {
  const dir = mkdtempSync(join(tmpdir(), 'manycore-check-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  for (const [path, content] of Object.entries({ 'package.json': {}, ...files })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return dir
}

/** A package.json of ours. */
export function manifest(id: string, fields: object = {}): object {
  return { name: `@manycore/${id}`, version: '0.1.0', ...fields }
}

/** Runs scripts/<name>.mjs on a directory: its exit code and its lines. */
export function check(name: string, dir: string): Promise<{ code: number; lines: string[]; text: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script(name), dir], (err, stdout, stderr) => {
      const text = stdout + stderr
      resolve({ code: err ? Number(err.code ?? 1) : 0, lines: text.split('\n'), text })
    })
  })
}
