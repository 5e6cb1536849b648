import { readFileSync } from 'node:fs'
import ts from 'typescript6'

/** @typedef {{ specifier: string, line: number, typeOnly: boolean }} Import  typeOnly: it leaves nothing in the compiled file */

/**
 * Every module that a source file names, by import, export from, import(), import type or require().
 * @param {string} file
 * @returns {Import[]}
 */
export function importsOf(file) {
  return importsOfText(readFileSync(file, 'utf8'), file)
}

/**
 * The same of a text that may lie nowhere.
 * @param {string} text
 * @param {string} [file]
 * @returns {Import[]}
 */
export function importsOfText(text, file = 'text.ts') {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  /** @type {Import[]} */
  const found = []
  visit(source)
  return found

  /** @param {ts.Node} node */
  function visit(node) {
    const specifier = specifierOf(node)
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1
      found.push({ specifier: specifier.text, line, typeOnly: isTypeOnly(node) })
    }
    ts.forEachChild(node, visit)
  }
}

/** @param {ts.Node} node */
function specifierOf(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isExternalModuleReference(node)) return node.expression
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined
  if (!ts.isCallExpression(node)) return undefined
  const called = node.expression
  const loads =
    called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === 'require')
  return loads ? node.arguments[0] : undefined
}

/** @param {ts.Node} node */
function isTypeOnly(node) {
  if (ts.isImportTypeNode(node)) return true
  if (ts.isExportDeclaration(node)) return node.isTypeOnly || allTypes(node.exportClause)
  if (!ts.isImportDeclaration(node) || !node.importClause) return false
  const { isTypeOnly: whole, name, namedBindings } = node.importClause
  return whole || (!name && allTypes(namedBindings))
}

/**
 * `{ type A, type B }`
 * @param {ts.NamedImportBindings | ts.NamedExportBindings | undefined} list
 */
function allTypes(list) {
  if (list === undefined || !('elements' in list) || list.elements.length === 0) return false
  return [...list.elements].every((element) => element.isTypeOnly)
}
