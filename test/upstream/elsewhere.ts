import ts from 'typescript6'
import { type Declaration, filesIn, type Member, parse, textOf } from './declarations.js'

/**
 * Where a package touches private parts of upstream outside of the folder that declares them.
 * @param src     as `packages/replicator/src`
 * @param folder  below it
 * @returns a sentence for each place
 */
export function touchedElsewhere(
  src: string,
  folder: string,
  declarations: readonly Declaration[]
): string[] {
  const names = new Set(declarations.flatMap(({ members }) => namesOf(members)))
  for (const name of publicNames()) names.delete(name)
  const tagged = new Set(
    declarations.flatMap(({ members }) =>
      members.filter(({ isPrivate }) => isPrivate).map(({ name }) => name)
    )
  )
  const files = filesIn(src).filter((file) => !file.startsWith(`${folder}/`))
  return files.flatMap((file) =>
    accessesIn(parse(file))
      .filter(({ name, isOption }) => (isOption ? tagged.has(name) : names.has(name) || name.startsWith('_')))
      .map(({ name }) => `${file} touches \`${name}\`, a private part of upstream; do that in ${folder}`)
  )
}

/**
 * Those that tell: `_get` and `receiverQueue`, but not `version` or `push`, which others have as well, unless they have the
 * tag `@private`.
 */
function namesOf(members: readonly Member[]): string[] {
  return members.flatMap(({ name, type, isPrivate }) => [
    ...(isPrivate || /^_|[a-z][A-Z]/.test(name) ? [name] : []),
    ...namesOf(type.members)
  ])
}

/** Members that upstream documents: they are in the shims of types/, or in hypercore-types. */
function publicNames(): string[] {
  const files = [...filesIn('types'), ...filesIn('packages/hypercore-types/src')]
  return files.flatMap((file) =>
    [...textOf(file).matchAll(/^ +(?:readonly |static )*(\w+)[?(:<]/gm)].map(([, name]) => name!)
  )
}

interface Access {
  readonly name: string
  /** a member of an object that is made or taken apart, as options are */
  readonly isOption: boolean
}

/** The names of members that are read, written, called or given as options, of anything but `this` and `super`. */
function accessesIn(source: ts.SourceFile): Access[] {
  const found: Access[] = []
  const add = (name: string, isOption = false): void => void found.push({ name, isOption })
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && !isOwn(node.expression)) add(node.name.text)
    if (ts.isElementAccessExpression(node) && !isOwn(node.expression)) {
      if (ts.isStringLiteralLike(node.argumentExpression)) add(node.argumentExpression.text)
    }
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      const name = (node.propertyName ?? node.name).getText()
      add(name, !name.startsWith('_')) // others may be options of that name
    }
    if (ts.isObjectLiteralElementLike(node) && node.name !== undefined) add(node.name.getText(), true)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function isOwn(node: ts.Expression): boolean {
  return node.kind === ts.SyntaxKind.ThisKeyword || node.kind === ts.SyntaxKind.SuperKeyword
}
