import ts from 'typescript6'

/**
 * Declarations of a package whose `require()` gives its class, with everything else as a member: `export =` cannot say
 * `export *`, so the names are listed.
 * @param checker  of a program that has read the package's dist/index.d.ts
 * @param symbols  what that exports
 * @param name     of the class
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

function member(checker, symbol) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const isTypeOnly = symbol.declarations.some(ts.isTypeOnlyExportDeclaration)
  if (target.flags & ts.SymbolFlags.Value && !isTypeOnly)
    return `export import ${symbol.name} = api.${symbol.name}`
  const parameters = target.declarations.find((each) => each.typeParameters)?.typeParameters ?? []
  const [declared, used] = [(each) => each.getText(), (each) => each.name.text].map((text) =>
    parameters.length === 0 ? '' : `<${parameters.map(text).join(', ')}>`
  )
  return `export type ${symbol.name}${declared} = api.${symbol.name}${used}`
}
