import { readFileSync } from 'node:fs'
import { fromMarkdown } from 'mdast-util-from-markdown'

/**
 * What a Markdown file has of what is checked, with the lines where they begin.
 * @returns  { blocks: [{ language, text, line }], links: [{ url, line }] }
 */
export function readMarkdown(file) {
  const found = { blocks: [], links: [] }
  visit(fromMarkdown(readFileSync(file, 'utf8')))
  return found

  function visit(node) {
    const line = node.position?.start.line
    if (node.type === 'code')
      found.blocks.push({ language: node.lang?.toLowerCase(), text: node.value, line })
    if (node.url !== undefined) found.links.push({ url: node.url, line })
    node.children?.forEach(visit)
  }
}
