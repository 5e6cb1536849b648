// Who imports from a package can name every type they meet there: each package exports what its declarations mention.
// And none of it is `any`, which would switch the compiler off in their code.
// `node scripts/checks/types.mjs --write` writes the declarations that `require()` has of its own, after a build.
import { realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import ts from 'typescript6'
import { cjsTypes } from '../build/cjs-types.mjs'
import { report } from '../process/report.mjs'
import { anyIn } from '../workspace/any.mjs'
import { checked, packagesOf, shown } from '../workspace/packages.mjs'

/** @typedef {import('../workspace/packages.mjs').Package} Package */

/** @typedef {{ name: string, path: string, file: string }} Entry  name: as it is imported; file: of the declarations */

const REMEDY = 'run `node scripts/checks/types.mjs --write`'

const packages = packagesOf(checked).filter(({ published }) => published)
const entries = packages.flatMap((each) => entriesOf(each))
const program = ts.createProgram(
  entries.map(({ file }) => file),
  { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, strict: true, types: [] }
)
const checker = program.getTypeChecker()
const ours = packages.map(({ dir }) => `${realpathSync(dir)}/`)

await report({
  'types: a package exports every type that its declarations mention': () => entries.flatMap(unnamed),
  'types: no declaration has an any': () =>
    program
      .getSourceFiles()
      .filter(isOurs)
      .flatMap((source) =>
        anyIn(source).map(
          (line) =>
            `${shown(realpathSync(checked), realpathSync(source.fileName))}:${line}: say unknown, or the type`
        )
      ),
  'types: require() and import give the same names': async () => {
    const problems = await Promise.all(packages.map(differences))
    return problems.flat()
  }
})

/**
 * The declarations that a package offers: of itself, and of each of its subpaths, for `import` and `require`.
 * @param {Package} package
 * @returns {Entry[]}
 */
function entriesOf({ name, dir, manifest }) {
  return Object.entries(manifest.exports ?? {}).flatMap(([path, target]) => {
    const files = new Set(
      [target.types, target.import?.types, target.require?.types].flatMap((each) => each ?? [])
    )
    return [...files].map((file) => ({ name: join(name, path), path, file: join(dir, file) }))
  })
}

/**
 * @param {Entry} entry
 * @returns {string[]}
 */
function unnamed({ name, file }) {
  if (file.endsWith('.d.cts')) return [] // its names are those of the module for `import`
  const exported = new Map(exportsOf(file).map((symbol) => [resolved(symbol), isTypeOnly(symbol)]))
  /** @type {Set<string>} */
  const problems = new Set()
  for (const [symbol, typeOnly] of exported) {
    for (const declaration of symbol.declarations ?? []) {
      if (!isOurs(declaration)) continue
      for (const mentioned of mentions(declaration, typeOnly)) {
        if (isInside(mentioned, declaration) || [...exported.keys()].some((each) => isSame(each, mentioned)))
          continue
        problems.add(`${name}: ${symbol.name} mentions ${mentioned.name}; export that as well`)
      }
    }
  }
  return [...problems]
}

/**
 * The types of ours that a declaration names where its users can see it.
 * @param {boolean} typeOnly  nobody can call its constructor
 * @param {ts.Declaration} declaration
 * @returns {Set<ts.Symbol>}
 */
function mentions(declaration, typeOnly) {
  /** @type {Set<ts.Symbol>} */
  const found = new Set()
  /** @type {Set<ts.Symbol>} */
  const bases = new Set()
  visit(declaration)
  return found

  /**
   * @param {ts.Node} node
   * @returns {void}
   */
  function visit(node) {
    if (ts.isClassElement(node) && (isPrivate(node) || ts.isPrivateIdentifier(node.name ?? node))) return
    if ((typeOnly || bases.size > 0) && ts.isConstructorDeclaration(node)) return
    const name = nameIn(node)
    const symbol = name && checker.getSymbolAtLocation(name)
    if (symbol) add(resolved(symbol), node)
    ts.forEachChild(node, visit)
  }

  /**
   * @param {ts.Symbol} symbol
   * @param {ts.Node} node
   */
  function add(symbol, node) {
    if (symbol.flags & ts.SymbolFlags.TypeParameter || !symbol.declarations?.some(isOurs)) return
    if (bases.has(symbol)) return
    if (isBase(node)) {
      bases.add(symbol)
      symbol.declarations.forEach(visit)
    } else if (!symbol.declarations.every(isAliasOfItsFile)) {
      found.add(symbol)
    }
  }
}

/** @param {ts.Node} node */
function nameIn(node) {
  if (ts.isTypeReferenceNode(node)) return node.typeName
  if (ts.isExpressionWithTypeArguments(node)) return node.expression
  if (ts.isImportTypeNode(node)) return node.qualifier
  return undefined
}

/**
 * A class that another one extends is seen as members of that one.
 * @param {ts.Node} node
 */
function isBase(node) {
  return ts.isExpressionWithTypeArguments(node) && ts.isClassDeclaration(node.parent.parent)
}

/**
 * `type A = …` without `export`: a shorthand, which compilers show in full.
 * @param {ts.Declaration} declaration
 */
function isAliasOfItsFile(declaration) {
  return ts.isTypeAliasDeclaration(declaration) && !hasModifier(declaration, ts.SyntaxKind.ExportKeyword)
}

/**
 * `export type { A }`
 * @param {ts.Symbol} symbol
 */
function isTypeOnly(symbol) {
  return Boolean(
    symbol.declarations?.some((each) => ts.isExportSpecifier(each) && ts.isTypeOnlyExportDeclaration(each))
  )
}

/** @param {ts.Node} node */
function isPrivate(node) {
  return hasModifier(node, ts.SyntaxKind.PrivateKeyword) || hasModifier(node, ts.SyntaxKind.ProtectedKeyword)
}

/**
 * @param {ts.Node} node
 * @param {ts.SyntaxKind} kind
 */
function hasModifier(node, kind) {
  return Boolean(
    ts.canHaveModifiers(node) && ts.getModifiers(node)?.some((modifier) => modifier.kind === kind)
  )
}

/**
 * The type itself, or one of its name and shape: packages that must not know each other may both declare one.
 * @param {ts.Symbol} exported
 * @param {ts.Symbol} mentioned
 */
function isSame(exported, mentioned) {
  if (exported === mentioned) return true
  if (exported.name !== mentioned.name) return false
  const a = checker.getDeclaredTypeOfSymbol(exported)
  const b = checker.getDeclaredTypeOfSymbol(mentioned)
  return checker.isTypeAssignableTo(a, b) && checker.isTypeAssignableTo(b, a)
}

/**
 * @param {ts.Symbol} symbol
 * @param {ts.Declaration} declaration
 */
function isInside(symbol, declaration) {
  return (symbol.declarations ?? []).some((each) => each !== declaration && isWithin(each, declaration))
}

/**
 * @param {ts.Node} node
 * @param {ts.Node} outer
 */
function isWithin(node, outer) {
  return node.getSourceFile() === outer.getSourceFile() && node.pos >= outer.pos && node.end <= outer.end
}

/** @param {ts.Node} node */
function isOurs(node) {
  const file = realpathSync(node.getSourceFile().fileName)
  return ours.some((dir) => file.startsWith(dir) && !file.slice(dir.length).includes('node_modules/'))
}

/**
 * @param {Package} package
 * @returns {Promise<string[]>}
 */
async function differences({ name, dir, manifest }) {
  const { import: esm, require: cjs } = manifest.exports?.['.'] ?? {}
  if (!esm?.types || !cjs?.types) return []
  if (process.argv.includes('--write')) return write(join(dir, esm.types), join(dir, cjs.types))
  const [names, others] = [namesIn(join(dir, esm.types)), namesIn(join(dir, cjs.types))]
  names.delete('default')
  return [
    ...[...names]
      .filter((each) => !others.has(each))
      .map((each) => `${name}: ${cjs.types} lacks ${each}: ${REMEDY}`),
    ...[...others].filter((each) => !names.has(each)).map((each) => `${name}: ${esm.types} lacks ${each}`)
  ]
}

/**
 * @param {string} esm
 * @param {string} cjs
 * @returns {Promise<string[]>}
 */
async function write(esm, cjs) {
  const whole = exportsOf(esm).find((symbol) => symbol.name === 'default')
  const named = exportsOf(esm).filter((symbol) => symbol !== whole)
  if (whole === undefined) throw new Error(`${esm} has no default export`)
  const text = cjsTypes(checker, named, resolved(whole).name)
  writeFileSync(cjs, await format(text, { ...(await resolveConfig(cjs)), parser: 'typescript' }))
  return []
}

/** @param {string} file */
function namesIn(file) {
  return new Set(exportsOf(file).map((symbol) => symbol.name))
}

/**
 * A file that is no module, such as one of ambient declarations, exports nothing.
 * @param {string} file
 */
function exportsOf(file) {
  const source = program.getSourceFile(file)
  const symbol = source && checker.getSymbolAtLocation(source)
  return symbol ? checker.getExportsOfModule(symbol).filter(({ name }) => name !== 'prototype') : []
}

/** @param {ts.Symbol} symbol */
function resolved(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}
