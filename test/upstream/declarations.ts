import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript6'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * An interface that says which private parts of an upstream class are used: its docstring has the tag
 * `@upstream <package> <class>`. Members may have the tags `@since <version>`, for what an older upstream lacks, and
 * `@arity <number>`, where upstream's function declares more or fewer parameters than we name, and `@private`, where a name
 * that could be anybody's (`ongc`) is nobody's but upstream's in our sources.
 */
export interface Declaration {
  /** the npm package */
  readonly from: string
  /** the class, as upstream names it */
  readonly of: string
  readonly members: readonly Member[]
}

export interface Member {
  readonly name: string
  /** as a person writes it: `_get(protocol, id)`, or `inflight` */
  readonly signature: string
  /** of a function, without optional parameters; null = no function */
  readonly arity: number | null
  /** of everything else */
  readonly type: Type
  readonly since: string | null
  /** No other file may touch it, although its name does not tell that it is upstream's. */
  readonly isPrivate: boolean
  /** may be absent */
  readonly isOptional: boolean
  /** where it is used: `packages/…/protomux.ts uses it in channelNumbers()` */
  readonly use: string
}

/** What a value has to be: one of these. */
interface Type {
  /** 'number', 'object', 'array', 'Map' …; none = anything */
  readonly kinds: readonly string[]
  /** of an object */
  readonly members: readonly Member[]
}

/** Every declaration in the files of a folder of this repository, as `packages/replicator/src/wire`. */
export function declarationsIn(folder: string): Declaration[] {
  return filesIn(folder).flatMap((file) => new SourceReader(file).declarations())
}

/** Paths of the sources in a folder and below, from the root of the repository. */
export function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))
    .toSorted()
}

/** @param file  from the root of the repository */
export function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true)
}

/** @param file  from the root of the repository */
export function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

class SourceReader {
  readonly #source: ts.SourceFile
  readonly #interfaces: ts.InterfaceDeclaration[]

  constructor(file: string) {
    this.#source = parse(file)
    this.#interfaces = this.#source.statements.filter(ts.isInterfaceDeclaration)
  }

  declarations(): Declaration[] {
    return this.#interfaces.flatMap((node) => {
      const [from, of] = tag(node, 'upstream')?.split(/\s+/) ?? []
      if (from === undefined || of === undefined) return []
      return [{ from, of, members: this.#membersOf(node.members) }]
    })
  }

  #membersOf(nodes: ts.NodeArray<ts.TypeElement>): Member[] {
    return nodes.flatMap((node) => {
      if (!ts.isMethodSignature(node) && !ts.isPropertySignature(node)) return []
      const name = node.name.getText()
      const call = ts.isMethodSignature(node) ? node : functionIn(node.type)
      const parameters = call?.parameters.filter((each) => each.name.getText() !== 'this') ?? []
      const required = parameters.filter(
        ({ questionToken, dotDotDotToken }) => !questionToken && !dotDotDotToken
      )
      return [
        {
          name,
          signature: call ? `${name}(${parameters.map((each) => each.name.getText()).join(', ')})` : name,
          arity: call ? Number(tag(node, 'arity') ?? required.length) : null,
          type: call ? { kinds: ['function'], members: [] } : this.#typeOf(node.type),
          since: tag(node, 'since'),
          isPrivate: tag(node, 'private') !== null,
          isOptional: node.questionToken !== undefined,
          use: this.#useOf(name)
        }
      ]
    })
  }

  #typeOf(node: ts.TypeNode | undefined): Type {
    if (node === undefined) return ANYTHING
    if (ts.isParenthesizedTypeNode(node)) return this.#typeOf(node.type)
    if (ts.isUnionTypeNode(node)) {
      const types = node.types.map((each) => this.#typeOf(each))
      if (types.some(({ kinds }) => kinds.length === 0)) return ANYTHING
      return { kinds: types.flatMap(({ kinds }) => kinds), members: types.flatMap(({ members }) => members) }
    }
    if (ts.isIntersectionTypeNode(node)) {
      return { kinds: ['object'], members: node.types.flatMap((each) => this.#typeOf(each).members) }
    }
    if (ts.isTypeLiteralNode(node)) return { kinds: ['object'], members: this.#membersOf(node.members) }
    if (ts.isArrayTypeNode(node) || ts.isTypeOperatorNode(node)) return { kinds: ['array'], members: [] }
    if (ts.isTypeReferenceNode(node)) return this.#referred(node.typeName.getText())
    const plain =
      PLAIN.get(node.kind) ?? (ts.isLiteralTypeNode(node) ? PLAIN.get(node.literal.kind) : undefined)
    return plain === undefined ? ANYTHING : { kinds: [plain], members: [] }
  }

  /** What an interface of this file says is compared, unless it is compared on its own; of one from elsewhere, nothing. */
  #referred(name: string): Type {
    const builtIn = name.replace(/^Readonly(?=Map|Set)/, '')
    if (BUILT_IN.has(builtIn)) return { kinds: [builtIn], members: [] }
    const local = this.#interfaces.find((each) => each.name.text === name)
    if (local === undefined) return ANYTHING
    return {
      kinds: ['object'],
      members: tag(local, 'upstream') === null ? this.#membersOf(local.members) : []
    }
  }

  #useOf(name: string): string {
    const users = new Set<string>()
    const visit = (node: ts.Node): void => {
      if (ts.isInterfaceDeclaration(node)) return
      if (isMemberName(node) && node.text === name) users.add(nameAround(node))
      ts.forEachChild(node, visit)
    }
    visit(this.#source)
    const where = users.size === 0 ? 'declares it for others' : `uses it in ${[...users].join(', ')}`
    return `${relative('.', this.#source.fileName)} ${where}`
  }
}

const ANYTHING: Type = { kinds: [], members: [] }
const BUILT_IN = new Set(['Map', 'Set', 'Promise', 'Uint8Array'])
const PLAIN = new Map([
  [ts.SyntaxKind.NumberKeyword, 'number'],
  [ts.SyntaxKind.StringKeyword, 'string'],
  [ts.SyntaxKind.BooleanKeyword, 'boolean'],
  [ts.SyntaxKind.ObjectKeyword, 'object'],
  [ts.SyntaxKind.NullKeyword, 'null'],
  [ts.SyntaxKind.UndefinedKeyword, 'undefined']
])

function functionIn(node: ts.TypeNode | undefined): ts.FunctionTypeNode | null {
  return node && ts.isFunctionTypeNode(node) ? node : null
}

/** `x.name`, `{ name } = x`, `{ name: … }` or `'name'`, but no variable of that name. */
function isMemberName(node: ts.Node): node is ts.Identifier | ts.StringLiteral {
  if (ts.isStringLiteral(node)) return true
  if (!ts.isIdentifier(node)) return false
  const { parent } = node
  if (ts.isBindingElement(parent)) return (parent.propertyName ?? parent.name) === node
  return (
    (ts.isPropertyAccessExpression(parent) || ts.isObjectLiteralElementLike(parent)) && parent.name === node
  )
}

/** The nearest function or constant around a place, as a message names it. */
function nameAround(node: ts.Node): string {
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    if (ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)) return `${at.name?.getText()}()`
    if (ts.isVariableStatement(at) && ts.isSourceFile(at.parent))
      return at.declarationList.declarations[0]!.name.getText()
    if (ts.isClassDeclaration(at)) return String(at.name?.text)
  }
  return 'the module'
}

function tag(node: ts.Node, name: string): string | null {
  const found = ts.getJSDocTags(node).find((each) => each.tagName.text === name)
  return found ? (ts.getTextOfJSDocComment(found.comment) ?? '').trim() : null
}
