import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'

const GROUND = '@manycore/ground'
/** An import or export of names of ground, as tsc writes it into declarations, or as an earlier build has left it. */
const MENTION =
  /^(import|export) (type )?\{([^}]*)\} from '(?:@manycore\/ground|(?:\.\.\/)+inlined\/[\w-]+\.js)';$/gm

/**
 * Ground is private: a user's compiler could not find it. The declarations of a package that mention it get copies of
 * those of ground that they need, in the folder `inlined` of the package, and mention these instead. The folder is beside
 * `src` and `dist`, because the compiler of the packages that use this one looks from `src`, and that of a user from `dist`.
 * @param {string} dir     the package's; its declarations keep their times, so that tsc takes them for its own
 * @param {string} ground  the `dist` of ground
 * @throws if a declaration mentions ground in another way than by an import or export of names
 */
export function copyGroundTypes(dir, ground) {
  const fileOf = exportsOf(join(ground, 'index.d.ts'))
  const dist = join(dir, 'dist')
  const copies = join(dir, 'inlined')
  /** @type {Set<string>} */
  const needed = new Set()
  for (const file of declarationsIn(dist)) {
    const text = readFileSync(file, 'utf8')
    if (!text.includes(GROUND) && !text.includes('/inlined/')) continue
    const own = text.replaceAll(MENTION, (_all, verb, type = '', names) =>
      mentionsOf({ verb, type, names }, file, copies, fileOf)
    )
    if (own.includes(GROUND) || (own !== text && file.startsWith(join(dist, 'compliance', sep))))
      throw new Error(
        `${file}: only declarations of src may mention ${GROUND}, by an import or export of names`
      )
    if (own !== text) writeAt(file, own, statSync(file))
    for (const [, name = ''] of own.matchAll(/from '(?:\.\.\/)+inlined\/([\w-]+)\.js'/g)) needed.add(name)
  }
  for (const name of needed) {
    const from = join(ground, `${name}.d.ts`)
    const text = readFileSync(from, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
    for (const [, other = ''] of text.matchAll(/from '\.\/([\w-]+)\.js'/g)) needed.add(other)
    const copy = join(copies, `${name}.d.ts`)
    mkdirSync(copies, { recursive: true })
    if (!existsSync(copy) || readFileSync(copy, 'utf8') !== text) writeAt(copy, text, statSync(from))
  }
  for (const file of declarationsIn(copies)) if (!needed.has(basename(file, '.d.ts'))) rmSync(file)
}

/**
 * One statement for each file of ground that has some of the names.
 * @param {{ verb: string, type: string, names: string }} mention
 * @param {string} file
 * @param {string} copies
 * @param {Map<string, string>} fileOf
 */
function mentionsOf({ verb, type, names }, file, copies, fileOf) {
  const path = relative(dirname(file), copies).replaceAll(sep, '/')
  /** @type {Map<string | undefined, string[]>} */
  const from = new Map()
  for (const each of names.split(',').map((name) => name.trim())) {
    const target = fileOf.get(/^(?:type )?(\w+)/.exec(each)?.[1] ?? each)
    from.set(target, [...(from.get(target) ?? []), each])
  }
  return Array.from(from, ([target, some]) => {
    return `${verb} ${type}{ ${some.join(', ')} } from '${path}/${target}.js';`
  }).join('\n')
}

/**
 * Name → the file of ground that has it, without its extension.
 * @param {string} index
 * @returns {Map<string, string>}
 */
function exportsOf(index) {
  const statements = readFileSync(index, 'utf8').matchAll(
    /^export (?:type )?\{([^}]*)\} from '\.\/([\w-]+)\.js';/gm
  )
  return new Map(
    Array.from(statements).flatMap(([, names = '', file = '']) =>
      names.split(',').map((name) => /** @type {const} */ ([name.trim(), file]))
    )
  )
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function declarationsIn(folder) {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('.d.ts')).map((file) => join(folder, file))
}

/**
 * @param {string} file
 * @param {string} text
 * @param {{ atime: Date, mtime: Date }} times
 */
function writeAt(file, text, { atime, mtime }) {
  writeFileSync(file, text)
  utimesSync(file, atime, mtime)
}
