// Reads our interfaces from their source, with the compiler that still has an API (TypeScript 6).
import { fileURLToPath } from 'node:url'
import ts from 'typescript6'

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  types: []
}

export interface TypeReader {
  readonly checker: ts.TypeChecker
  /** an exported interface or alias; throws when there is none of that name */
  named(name: string): ts.Type
}

/** Opens what a module exports. @param entry  path relative to this file */
export function readTypes(entry: string): TypeReader {
  const file = fileURLToPath(new URL(entry, import.meta.url))
  const program = ts.createProgram([file], OPTIONS)
  const [problem] = ts.getPreEmitDiagnostics(program)
  if (problem) throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n'))

  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!
  const types = new Map(
    checker.getExportsOfModule(module).map((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      return [symbol.name, checker.getDeclaredTypeOfSymbol(target)]
    })
  )
  return {
    checker,
    named(name) {
      const type = types.get(name)
      if (!type) throw new Error(`${entry} does not export ${name}`)
      return type
    }
  }
}
