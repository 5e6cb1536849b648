// Upstream packages without types are typed by compile-only shims in types/*.d.ts, and by the ambient.d.ts that
// hypercore-types offers. The compiler believes them: here every value, function, static and prototype method they
// name is looked up in the module that runs.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript6'
import { report } from '../process/report.mjs'
import { checked, filesUnder, packagesOf, readJson, shown } from '../workspace/packages.mjs'

/** @typedef {{ name: string, symbol: ts.Symbol, file: string }} Shim  name: of the module */

/** @typedef {Record<string, unknown>} Loaded  a module, or another object that has members */

const packages = packagesOf(checked)
const shims = [
  ...filesUnder(join(checked, 'types'), /\.d\.ts$/),
  ...packages.flatMap(({ dir }) => filesUnder(dir, /\/ambient\.d\.ts$/))
]
const program = ts.createProgram(shims, {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.Node16,
  paths: Object.fromEntries(packages.map(({ name, dir }) => [name, [join(dir, 'src/index.ts')]])),
  types: []
})
const checker = program.getTypeChecker()

await report({
  'shims: every member they name exists at run time': async () => {
    const problems = await Promise.all(shims.flatMap((file) => modulesIn(file).map(missing)))
    return problems.flat()
  }
})

/**
 * The `declare module` blocks of one file.
 * @param {string} file
 * @returns {Shim[]}
 */
function modulesIn(file) {
  const statements = program.getSourceFile(file)?.statements ?? []
  return [...statements].filter(ts.isModuleDeclaration).flatMap((block) => {
    const symbol = checker.getSymbolAtLocation(block.name)
    return symbol ? [{ name: block.name.text, symbol, file }] : []
  })
}

/** @param {Shim} shim */
async function missing({ name, symbol, file }) {
  const path = resolve(name)
  const at = shown(checked, file)
  if (!path) return [`${at}: no package depends on '${name}'; delete the shim`]

  const module = await import(pathToFileURL(path).href)
  const whole = symbol.exports?.get(ts.InternalSymbolName.ExportEquals)
  const lost = whole
    ? lostInValue(checker.getTypeOfSymbol(aliased(whole)), module.default, name)
    : checker.getExportsOfModule(symbol).flatMap((each) => lostInExport(each, module))
  return lost.map((member) => `${at}: ${member} does not exist at run time; correct the shim`)
}

/**
 * @param {ts.Symbol} symbol
 * @param {Loaded} module
 */
function lostInExport(symbol, module) {
  const target = aliased(symbol)
  if (!(target.flags & ts.SymbolFlags.Value)) return []
  // Node does not find every name of a CommonJS module by reading it: `default` has them all.
  const value = module[symbol.name] ?? Object(module.default)[symbol.name]
  return value === undefined
    ? [symbol.name]
    : lostInValue(checker.getTypeOfSymbol(target), value, symbol.name)
}

/**
 * Statics of a class or function, and the methods of what a class makes.
 * @param {ts.Type} type
 * @param {any} value
 * @param {string} name
 */
function lostInValue(type, value, name) {
  const statics = checker
    .getPropertiesOfType(type)
    .filter((each) => each.name !== 'prototype' && !isOptional(each) && !(each.name in Object(value)))
    .map((each) => `${name}.${each.name}`)
  const methods = type
    .getConstructSignatures()
    .slice(0, 1)
    .flatMap((signature) => checker.getPropertiesOfType(signature.getReturnType()))
    .filter(
      (each) => each.flags & ts.SymbolFlags.Method && !isOptional(each) && !(each.name in value.prototype)
    )
    .map((each) => `${name}.prototype.${each.name}`)
  return [...statics, ...methods]
}

/** @param {ts.Symbol} symbol */
function isOptional(symbol) {
  return Boolean(symbol.flags & ts.SymbolFlags.Optional)
}

/** @param {ts.Symbol} symbol */
function aliased(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/**
 * The file that a package of ours gets for a module's name, or for a file within it; null = no package depends on it.
 * @param {string} name
 * @returns {string | null}
 */
function resolve(name) {
  const module = name.split('/', name.startsWith('@') ? 2 : 1).join('/')
  const owners = [...packages, { dir: checked, manifest: readJson(join(checked, 'package.json')) }]
  const owner = owners.find(({ manifest }) =>
    [
      manifest.dependencies,
      manifest.optionalDependencies,
      manifest.peerDependencies,
      manifest.devDependencies
    ].some((list) => list?.[module])
  )
  return owner ? createRequire(join(owner.dir, 'package.json')).resolve(name) : null
}
