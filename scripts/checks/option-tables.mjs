import { existsSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript6'
import { filesUnder, packagesOf } from '../workspace/packages.mjs'

/**
 * @typedef {{ name: string, type: string, default: string, unit: string, meaning: string }} Option
 * @typedef {{ package: string, name: string, meaning: string, options: Option[], others: string[] }} Bag
 *   others: bags all of whose options are options of this one as well
 * @typedef {{ default?: ts.Expression, otherwise?: ts.Expression, unit?: string }} Entry
 */

/** "Default: …" in a docstring, up to its full stop. */
const DEFAULT = /\s*Default:\s+(.+?)\.(?=\s|$)/s

/**
 * The option bags that the packages of a workspace export, as the sources declare them.
 * @param {string} base
 * @returns {{ bags: Bag[], problems: string[] }} problems: what is wrong with the declarations
 */
export function readBags(base) {
  const packages = packagesOf(base).filter(
    ({ published, dir }) => published && existsSync(join(dir, 'src/index.ts'))
  )
  const program = ts.createProgram(
    [...packages.map(({ dir }) => join(dir, 'src/index.ts')), ...filesUnder(join(base, 'types'), /\.d\.ts$/)],
    {
      module: ts.ModuleKind.Preserve,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      target: ts.ScriptTarget.ES2023,
      strict: true,
      types: [],
      noEmit: true,
      // The sources, and not what was built of them: a declaration has no values.
      paths: { '@manycore/*': [join(base, 'packages/*/src/index.ts')] }
    }
  )
  const checker = program.getTypeChecker()
  const tables = findTables(program, checker)
  /** @type {string[]} */
  const problems = []
  const exported = packages.map(({ name, dir }) => ({ name, symbols: exportsOf(dir) }))
  const published = new Set(exported.flatMap(({ symbols }) => symbols))
  const named = [...tables.keys()].filter((symbol) => published.has(symbol))

  const bags = named.map((symbol) => bagOf(symbol))
  bags.sort((a, b) => (a.package === b.package ? (a.name < b.name ? -1 : 1) : a.package < b.package ? -1 : 1))
  return { bags, problems }

  /** @param {ts.Symbol} symbol @returns {Bag} */
  function bagOf(symbol) {
    const entries = /** @type {Map<string, Entry>} */ (tables.get(symbol))
    const members = membersOf(symbol)
    const within = named.filter((other) => other !== symbol && isWithin(other, members))
    const others = within.filter((one) => !within.some((other) => isWithin(one, membersOf(other))))
    const own = members.filter(
      (member) => !others.some((other) => membersOf(other).some(({ name }) => name === member.name))
    )
    const home = symbol.declarations?.[0]?.getSourceFile().fileName ?? ''
    return {
      package: packages.find(({ dir }) => home.startsWith(`${dir}/`))?.name ?? '',
      name: symbol.name,
      meaning: docOf(symbol),
      options: own.map((member) => optionOf(symbol, member, entries.get(member.name))),
      others: others.map((other) => other.name)
    }
  }

  /** @param {ts.Symbol} bag @param {ts.Symbol} member @param {Entry | undefined} entry @returns {Option} */
  function optionOf(bag, member, entry) {
    const doc = docOf(member)
    const said = DEFAULT.exec(doc)?.[1]
    const declaration = /** @type {ts.PropertySignature} */ (member.declarations?.[0])
    const value = entry?.default && valueOf(entry.default)
    const otherwise = entry?.otherwise && valueOf(entry.otherwise)
    const at = `${bag.name}.${member.name}`
    if (/\bdefault(s to| is)?:? (true|false|null|none|\d|')/i.test(doc.replace(DEFAULT, '')))
      problems.push(`${at}: its docstring speaks of a default; write "Default: …." at its end`)
    if (entry === undefined) problems.push(`${at} is in no table`)
    const isNumber = someType(checker.getTypeOfSymbol(member), ts.TypeFlags.NumberLike)
    if (isNumber && entry && entry.unit === undefined)
      problems.push(`${at} is a number: say its unit in the table`)
    if (value !== undefined && said !== undefined && !spellings(value).includes(plain(said)))
      problems.push(
        `${at}: its docstring says that the default is ${said}, and its table ${spellings(value)[0]}`
      )
    if (said !== undefined && otherwise !== undefined)
      problems.push(`${at}: its docstring says the default in words, and its table once more`)
    const isOptional = (member.flags & ts.SymbolFlags.Optional) !== 0
    if (isOptional && value === undefined && said === undefined && otherwise === undefined)
      problems.push(`${at}: say its default, in the table, or in its docstring as "Default: …."`)
    const shown =
      value === undefined ? (said ?? String(otherwise ?? 'required')) : `\`${spellings(value)[0]}\``
    return {
      name: member.name,
      type: ts.isPropertySignature(declaration) && declaration.type ? declaration.type.getText() : 'function',
      default: shown,
      unit: entry?.unit ?? '',
      meaning: doc.replace(DEFAULT, '').trim() || '–'
    }
  }

  /** @param {ts.Expression} node @returns {unknown} undefined if it is not one value that can be shown */
  function valueOf(node) {
    if (ts.isStringLiteral(node)) return node.text
    if (ts.isNumericLiteral(node)) return Number(node.text)
    if (node.kind === ts.SyntaxKind.TrueKeyword) return true
    if (node.kind === ts.SyntaxKind.FalseKeyword) return false
    if (ts.isIdentifier(node)) {
      const initializer = initializerOf(node, checker)
      return initializer && valueOf(initializer)
    }
    if (!ts.isBinaryExpression(node)) return undefined
    const [a, b] = [Number(valueOf(node.left)), Number(valueOf(node.right))]
    const operator = ts.tokenToString(node.operatorToken.kind)
    return operator === '*' ? a * b : operator === '**' ? a ** b : operator === '<<' ? a << b : undefined
  }

  /** @param {ts.Symbol} bag */
  function membersOf(bag) {
    return checker.getDeclaredTypeOfSymbol(bag).getProperties()
  }

  /** Is every option of a bag one of these, declared in the same place? @param {ts.Symbol} other @param {ts.Symbol[]} members */
  function isWithin(other, members) {
    const theirs = membersOf(other)
    return (
      theirs.length < members.length &&
      theirs.every((one) => members.some((member) => member.declarations?.[0] === one.declarations?.[0]))
    )
  }

  /** @param {string} dir */
  function exportsOf(dir) {
    const file = program.getSourceFile(join(dir, 'src/index.ts'))
    const module = file && checker.getSymbolAtLocation(file)
    return (module ? checker.getExportsOfModule(module) : []).map((symbol) => resolved(symbol, checker))
  }

  /** @param {ts.Symbol} symbol */
  function docOf(symbol) {
    return ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim()
  }
}

/**
 * Interface → option → what its table says of it. A table is what satisfies, or has the type, `OptionTable<Interface>`.
 * @param {ts.Program} program
 * @param {ts.TypeChecker} checker
 */
function findTables(program, checker) {
  /** @type {Map<ts.Symbol, Map<string, Entry>>} */
  const tables = new Map()
  for (const file of program.getSourceFiles()) if (!file.fileName.includes('node_modules')) visit(file)
  return tables

  /** @param {ts.Node} node */
  function visit(node) {
    if (ts.isSatisfiesExpression(node) || (ts.isVariableDeclaration(node) && node.type)) {
      const type = /** @type {ts.TypeNode} */ (node.type)
      const value = ts.isSatisfiesExpression(node) ? node.expression : node.initializer
      const bag = bagNamedIn(type)
      if (bag && value && ts.isObjectLiteralExpression(value)) tables.set(bag, entriesOf(value))
    }
    ts.forEachChild(node, visit)
  }

  /** @param {ts.TypeNode} type */
  function bagNamedIn(type) {
    if (!ts.isTypeReferenceNode(type) || type.typeName.getText() !== 'OptionTable') return undefined
    let [bag] = type.typeArguments ?? []
    if (bag && ts.isIntersectionTypeNode(bag)) [bag] = bag.types
    const symbol = bag && ts.isTypeReferenceNode(bag) ? checker.getSymbolAtLocation(bag.typeName) : undefined
    return symbol && resolved(symbol, checker)
  }

  /** @param {ts.ObjectLiteralExpression} table @returns {Map<string, Entry>} */
  function entriesOf(table) {
    /** @type {Map<string, Entry>} */
    const entries = new Map()
    for (const property of table.properties) {
      if (ts.isSpreadAssignment(property) && ts.isIdentifier(property.expression)) {
        const spread = initializerOf(property.expression, checker)
        if (spread) for (const [name, entry] of entriesOf(literalIn(spread))) entries.set(name, entry)
      } else if (ts.isPropertyAssignment(property) && ts.isObjectLiteralExpression(property.initializer)) {
        entries.set(property.name.getText(), entryOf(property.initializer))
      }
    }
    return entries
  }
}

/** @param {ts.ObjectLiteralExpression} literal @returns {Entry} */
function entryOf(literal) {
  /** @type {Entry} */
  const entry = {}
  for (const property of literal.properties) {
    if (!ts.isPropertyAssignment(property)) continue
    if (property.name.getText() === 'default') entry.default = property.initializer
    if (property.name.getText() === 'otherwise') entry.otherwise = property.initializer
    if (property.name.getText() === 'unit' && ts.isStringLiteral(property.initializer))
      entry.unit = property.initializer.text
  }
  return entry
}

/** @param {ts.Expression} node @returns {ts.ObjectLiteralExpression} */
function literalIn(node) {
  const inner = ts.isSatisfiesExpression(node) || ts.isAsExpression(node) ? node.expression : node
  if (ts.isObjectLiteralExpression(inner)) return inner
  throw new Error(`${node.getSourceFile().fileName}: a table is spread that is no object literal`)
}

/** What a constant is set to, wherever it is declared. @param {ts.Identifier} node @param {ts.TypeChecker} checker */
function initializerOf(node, checker) {
  const symbol = checker.getSymbolAtLocation(node)
  const declaration = symbol && resolved(symbol, checker).valueDeclaration
  return declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined
}

/** @param {ts.Symbol} symbol @param {ts.TypeChecker} checker */
function resolved(symbol, checker) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** Is it of this kind, or a union or tuple with one that is? @param {ts.Type} type @param {ts.TypeFlags} flags @returns {boolean} */
function someType(type, flags) {
  if (type.flags & flags) return true
  return type.isUnion() && type.types.some((each) => someType(each, flags))
}

/** How a default may be written, the way of docs/options.md first. @param {unknown} value */
function spellings(value) {
  if (typeof value !== 'number')
    return [typeof value === 'string' ? `'${value}'` : String(value), String(value)]
  const units = { MiB: 2 ** 20, KiB: 2 ** 10 }
  const large = Object.entries(units).map(([unit, size]) => `${value / size} ${unit}`)
  const grouped = value < 10_000 ? String(value) : value.toLocaleString('en')
  return value > 0 && value % units.MiB === 0
    ? [...large, grouped, String(value)]
    : [grouped, String(value), ...large]
}

/** @param {string} text */
function plain(text) {
  return text.replaceAll('`', '').replace(/ (ms|bytes|milliseconds)$/, '')
}
