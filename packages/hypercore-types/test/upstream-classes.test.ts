import { fileURLToPath } from 'node:url'
import ts from 'typescript6'
import { expect, test } from 'vitest'
import { BUT_FOR } from './newer-members.js'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

// The shims in types/ are left out, and the JavaScript of the packages is read instead.
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  allowJs: true,
  maxNodeModuleJsDepth: 10,
  skipLibCheck: true,
  esModuleInterop: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  typeRoots: [path('../../../node_modules/@types')],
  types: ['node'],
  paths: { '@manycore/hypercore-types': [path('../src/index.ts')] }
}

test(`what TypeScript infers of the upstream classes satisfies the interfaces${BUT_FOR}`, () => {
  const file = path('./upstream-classes.cts')
  const program = ts.createProgram([file], OPTIONS)
  const problems = ts
    .getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
  expect(problems).toEqual([])
})
