// Whoever meets a name in an editor or in the API reference reads what it is: every name that a package exports has a
// docstring, and so has every public member and option of it. A docstring begins with a capital and ends with a full stop.
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript6'
import { report } from '../process/report.mjs'
import { checked, packagesOf, shown } from '../workspace/packages.mjs'

const packages = packagesOf(checked).filter(({ published }) => published)
const ours = packages.map(({ dir }) => `${realpathSync(dir)}/`)
const entries = packages.flatMap(({ name, dir, manifest }) =>
  Object.entries(manifest.exports ?? {}).flatMap(([path, target]) => {
    const file = target.types ?? target.import?.types
    return file ? [{ name: join(name, path), file: join(dir, file) }] : []
  })
)
const program = ts.createProgram(
  entries.map(({ file }) => file),
  { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, strict: true, types: [] }
)
const checker = program.getTypeChecker()
/** @type {Set<ts.Symbol>} */
const seen = new Set()

await report(
  Object.fromEntries(
    entries.map(({ name, file }) => [
      `docstrings: ${name} says what each of its names is`,
      () => undocumented(file)
    ])
  )
)

/**
 * What is wrong with the docstrings of the names that a file exports, and that no file before it has exported.
 * @param {string} file
 */
function undocumented(file) {
  const source = program.getSourceFile(file)
  if (!source) return [`${shown(checked, file)} is missing: build`]
  const module = checker.getSymbolAtLocation(source)
  if (!module) {
    const isAmbient = source.statements.length > 0 && source.statements.every(isModuleOfOthers)
    return isAmbient ? [] : [`${shown(checked, file)} exports nothing, and does not only declare modules`]
  }
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    if (seen.has(symbol) || !isOurs(symbol)) return []
    seen.add(symbol)
    const members = membersOf(symbol).map((member) =>
      problemOf(member, `${exported.name}.${member.name.replace('__', '')}`)
    )
    return [problemOf(symbol, exported.name), ...members].filter((problem) => problem !== null)
  })
}

/**
 * `declare module 'hypercore' { … }`
 * @param {ts.Statement} statement
 */
function isModuleOfOthers(statement) {
  return ts.isModuleDeclaration(statement) && ts.isStringLiteral(statement.name)
}

/**
 * @param {ts.Symbol} symbol
 * @param {string} name  for the message
 */
function problemOf(symbol, name) {
  const calls = (symbol.declarations ?? []).filter(
    (each) => ts.isFunctionLike(each) && !ts.isConstructorDeclaration(each) && !ts.isAccessor(each)
  )
  const bare = calls.findIndex((each) => ts.getJSDocCommentsAndTags(each).length === 0)
  if (calls.length > 1 && bare !== -1) return `${name}: overload ${bare + 1} has no docstring`
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim()
  const tags = symbol.getJsDocTags(checker)
  if (text === '' && tags.length === 0) return `${name} has no docstring`
  // A constructor makes what its class is; and what replaces a deprecated name says enough of it.
  const isSaid = symbol.flags & ts.SymbolFlags.Constructor || tags.some((tag) => tag.name === 'deprecated')
  if (text === '' && isSaid) return null
  if (text === '') return `${name}: say what it is before the tags`
  if (/^[a-z]+\b(?![.(])/.test(text)) return `${name}: begin with a capital: ${text}`
  return /[.:?!`]$/.test(text) ? null : `${name}: end with a full stop: ${text}`
}

/**
 * The public members that our own declarations give a class, an interface or a type of one object.
 * @param {ts.Symbol} symbol
 */
function membersOf(symbol) {
  const isClass = Boolean(symbol.flags & ts.SymbolFlags.Class)
  if (!isClass && !(symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias))) return []
  const type = checker.getDeclaredTypeOfSymbol(symbol)
  if (!(type.flags & ts.TypeFlags.Object) || checker.isArrayType(type)) return []
  const statics = isClass ? checker.getPropertiesOfType(checker.getTypeOfSymbol(symbol)) : []
  const constructors = [...(symbol.members?.values() ?? [])].filter(
    ({ flags, declarations }) =>
      flags & ts.SymbolFlags.Constructor &&
      declarations?.some((each) => ts.isConstructorDeclaration(each) && each.parameters.length > 0)
  )
  return [...type.getProperties(), ...statics, ...constructors].filter(
    (member) => isOurs(member) && isPublic(member) && !/^_(?!_constructor)/.test(member.name)
  )
}

/** @param {ts.Symbol} symbol */
function isPublic(symbol) {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected
  return !symbol.declarations?.some(
    (each) =>
      ts.getCombinedModifierFlags(each) & hidden ||
      ts.isPrivateIdentifier(ts.getNameOfDeclaration(each) ?? each)
  )
}

/** @param {ts.Symbol} symbol */
function isOurs(symbol) {
  return Boolean(
    symbol.declarations?.some((each) => {
      const file = realpathSync(each.getSourceFile().fileName)
      return ours.some((dir) => file.startsWith(dir) && !file.slice(dir.length).includes('node_modules/'))
    })
  )
}
