import { readFileSync } from 'node:fs'
import { fromMarkdown } from 'mdast-util-from-markdown'

/** @typedef {{ language: string | undefined, text: string, line: number }} Block  line: where it begins */

/** @typedef {{ url: string, line: number }} Link */

/**
 * A part of a Markdown file, as mdast has it.
 * @typedef {object} Part
 * @property {string} type
 * @property {{ start: { line: number } }} [position]
 * @property {string | null} [lang]
 * @property {string} [value]
 * @property {string} [url]
 * @property {Part[]} [children]
 */

/**
 * The blocks of code and the links of a Markdown file.
 * @param {string} file
 * @returns {{ blocks: Block[], links: Link[] }}
 */
export function readMarkdown(file) {
  /** @type {{ blocks: Block[], links: Link[] }} */
  const found = { blocks: [], links: [] }
  visit(fromMarkdown(readFileSync(file, 'utf8')))
  return found

  /** @param {Part} node */
  function visit(node) {
    const line = node.position?.start.line ?? 0
    if (node.type === 'code')
      found.blocks.push({ language: node.lang?.toLowerCase(), text: node.value ?? '', line })
    if (node.url !== undefined) found.links.push({ url: node.url, line })
    node.children?.forEach(visit)
  }
}
