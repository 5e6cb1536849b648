import { readFileSync } from 'node:fs'
import ts from 'typescript6'

/**
 * Every module that a source file names, by import, export from, import(), import type or require().
 * @returns  [{ specifier, line, typeOnly }]: typeOnly leaves nothing in the compiled file
 */
export function importsOf(file) {
  return importsOfText(readFileSync(file, 'utf8'), file)
}

/** The same of a text that may lie nowhere. */
export function importsOfText(text, file = 'text.ts') {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found = []
  visit(source)
  return found

  function visit(node) {
    const specifier = specifierOf(node)
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1
      found.push({ specifier: specifier.text, line, typeOnly: isTypeOnly(node) })
    }
    ts.forEachChild(node, visit)
  }
}

function specifierOf(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isExternalModuleReference(node)) return node.expression
  if (ts.isImportTypeNode(node)) return node.argument.literal
  if (!ts.isCallExpression(node)) return undefined
  const called = node.expression
  const loads =
    called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === 'require')
  return loads ? node.arguments[0] : undefined
}

function isTypeOnly(node) {
  if (ts.isImportTypeNode(node)) return true
  if (ts.isExportDeclaration(node)) return node.isTypeOnly || allTypes(node.exportClause)
  if (!ts.isImportDeclaration(node) || !node.importClause) return false
  const { isTypeOnly: whole, name, namedBindings } = node.importClause
  return whole || (!name && allTypes(namedBindings))
}

/** `{ type A, type B }` */
function allTypes(list) {
  return Boolean(list?.elements?.length) && list.elements.every((element) => element.isTypeOnly)
}
