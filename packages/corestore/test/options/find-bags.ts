// Which option bags the packages publish, and what may be in them: read from their types, so that none is forgotten.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript6'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** Private, or without options of its own. */
const LEFT_OUT = new Set(['demo', 'ground', 'hypercore-types'])

const COMPILER: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  esModuleInterop: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  types: ['node']
}

/**
 * The bags that calls of exported classes and functions take, by call: `corestore: Corestore.audit(opts)`, and the
 * bags in those: `replicator: new Replicator(opts).limits`. A bag is what TypeScript calls a weak type: an object all
 * of whose members are optional.
 * @returns call → the names of its options
 */
export function findBags(): Map<string, string[]> {
  const packages = readdirSync(`${ROOT}packages`).filter((name) => !LEFT_OUT.has(name))
  const shims = readdirSync(`${ROOT}types`).map((name) => `${ROOT}types/${name}`)
  const entries = packages.map((name) => `${ROOT}packages/${name}/src/index.ts`)
  const program = ts.createProgram([...entries, ...shims], COMPILER)
  const checker = program.getTypeChecker()
  const bags = new Map<string, string[]>()

  for (const [i, name] of packages.entries()) {
    const file = program.getSourceFile(entries[i]!)!
    for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(file)!)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      const isOwn = symbol.declarations?.some((each) =>
        each.getSourceFile().fileName.includes(`/packages/${name}/`)
      )
      if (isOwn && symbol.flags & ts.SymbolFlags.Value) {
        for (const [call, signature] of callsOf(symbol, file, checker))
          note(`${name}: ${call}`, signature, file)
      }
    }
  }
  return bags

  function note(call: string, signature: ts.Signature, at: ts.Node): void {
    for (const parameter of signature.getParameters()) {
      const options = optionsOf(typeOf(parameter, at))
      if (options.length === 0) continue
      const bag = `${call}(${parameter.name.startsWith('__') ? '' : parameter.name})`
      bags.set(
        bag,
        options.map(({ name }) => name)
      )
      for (const option of options) {
        const inner = optionsOf(typeOf(option, at))
        if (inner.length > 0)
          bags.set(
            `${bag}.${option.name}`,
            inner.map(({ name }) => name)
          )
      }
    }
  }

  function typeOf(symbol: ts.Symbol, at: ts.Node): ts.Type {
    return checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(symbol, at))
  }
}

function* callsOf(
  symbol: ts.Symbol,
  at: ts.Node,
  checker: ts.TypeChecker
): Generator<[call: string, signature: ts.Signature]> {
  const type = checker.getTypeOfSymbolAtLocation(symbol, at)
  for (const signature of type.getCallSignatures()) yield [symbol.name, signature]
  for (const signature of type.getConstructSignatures()) yield [`new ${symbol.name}`, signature]
  if (!(symbol.flags & ts.SymbolFlags.Class)) return
  const [isStatic, isOwn] = [type, checker.getDeclaredTypeOfSymbol(symbol)]
  for (const [owner, dot] of [
    [isStatic, ' static '],
    [isOwn, '.']
  ] as const) {
    for (const member of owner.getProperties()) {
      const isOurs = member.declarations?.some((each) => each.getSourceFile().fileName.includes('/packages/'))
      const isPublic = !member.name.startsWith('_') && !member.name.startsWith('#')
      if (!isOurs || !isPublic || member.name === 'emit') continue
      const call = checker.getTypeOfSymbolAtLocation(member, at)
      for (const signature of call.getCallSignatures())
        yield [`${symbol.name}${dot}${member.name}`, signature]
    }
  }
}

/** Of a weak type, or of the weak members of a union; otherwise none. */
function optionsOf(type: ts.Type): ts.Symbol[] {
  if (type.isUnion()) return type.types.flatMap((each) => optionsOf(each))
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return []
  if (type.getCallSignatures().length + type.getConstructSignatures().length > 0) return []
  const members = type.getProperties()
  const isWeak = members.length > 0 && members.every(({ flags }) => flags & ts.SymbolFlags.Optional)
  return isWeak ? members : []
}
