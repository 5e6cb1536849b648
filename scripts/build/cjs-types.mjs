import ts from 'typescript6'

/** @typedef {ts.Declaration & { typeParameters?: ts.NodeArray<ts.TypeParameterDeclaration> }} Generic  may have parameters */

/**
 * Declarations of a package whose `require()` gives its class, with everything else as a member: `export =` cannot say
 * `export *`, so the names are listed.
 * @param {ts.TypeChecker} checker  of a program that has read the package's dist/index.d.ts
 * @param {ts.Symbol[]} symbols  what that exports
 * @param {string} name     of the class
 */
export function cjsTypes(checker, symbols, name) {
  const members = symbols
    .filter((symbol) => symbol.name !== name)
    .toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    .map((symbol) => `  ${member(checker, symbol)}`)
  return [
    '// Written by `node scripts/checks/types.mjs --write`.',
    "import * as api from './dist/index.js'",
    '',
    '/** What require() gives: the class itself, with everything else as a member. */',
    `declare class ${name} extends api.${name} {}`,
    '',
    `declare namespace ${name} {`,
    `  export { ${name} }`,
    ...members,
    '}',
    '',
    `export = ${name}`,
    ''
  ].join('\n')
}

/**
 * @param {ts.TypeChecker} checker
 * @param {ts.Symbol} symbol
 */
function member(checker, symbol) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const isTypeOnly = symbol.declarations?.some(ts.isTypeOnlyExportDeclaration) ?? false
  if (target.flags & ts.SymbolFlags.Value && !isTypeOnly)
    return `export import ${symbol.name} = api.${symbol.name}`
  const declarations = /** @type {Generic[]} */ (target.declarations ?? [])
  const parameters = [...(declarations.find((each) => each.typeParameters)?.typeParameters ?? [])]
  /** @param {string[]} names */
  const list = (names) => (names.length === 0 ? '' : `<${names.join(', ')}>`)
  const declared = list(parameters.map((each) => each.getText()))
  const used = list(parameters.map((each) => each.name.text))
  return `export type ${symbol.name}${declared} = api.${symbol.name}${used}`
}
