import ts from 'typescript6'

/**
 * Lines of a source on which somebody says `any`.
 * @param {ts.SourceFile} source
 */
export function anyIn(source) {
  /** @type {number[]} */
  const lines = []
  visit(source)
  return lines

  /**
   * @param {ts.Node} node
   * @returns {void}
   */
  function visit(node) {
    if (node.kind === ts.SyntaxKind.AnyKeyword)
      lines.push(source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1)
    ts.forEachChild(node, visit)
  }
}
