import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, isAbsolute, join } from 'node:path'
import { rolldown } from 'rolldown'
import { copyGroundTypes } from './ground-types.mjs'
import { requirements } from './requirements.mjs'
import { packagesOf } from '../workspace/packages.mjs'

/**
 * Writes the code of each published package into `dist`, next to the declarations of tsc: one file, and one for
 * what is loaded later. A package of eighty small files takes longer to find than to run (docs/adr/0009).
 * Those whose sources are older than that are left alone: others may be loading them.
 * @param {string} base
 */
export async function bundle(base) {
  for (const { dir, manifest } of packagesOf(base).filter((each) => each.published)) {
    copyGroundTypes(dir, join(base, GROUND_TYPES))
    removeStale(join(dir, 'dist'), join(dir, 'src'))
    removeStale(join(dir, 'dist/compliance'), join(dir, 'compliance'))
    const ground = join(base, GROUND)
    await bundleInto(join(dir, 'dist'), join(dir, 'src'), entriesOf(dir, manifest), ground, manifest)
    const compliance = join(dir, 'compliance')
    if (existsSync(compliance))
      await bundleInto(join(dir, 'dist/compliance'), compliance, ['index'], ground, manifest)
  }
}

/**
 * Sources, without extension, that a package offers under a name: `kit/index` is `@manycore/kv/kit`. What they share
 * exists once.
 * @param {string} dir
 * @param {import('../workspace/packages.mjs').Manifest} manifest
 */
function entriesOf(dir, { exports }) {
  const files = Object.values(exports ?? {}).map(
    ({ default: file }) => /^\.\/dist\/(.+)\.js$/.exec(file ?? '')?.[1]
  )
  return [...new Set(['index', ...files])].flatMap((name) =>
    name !== undefined && existsSync(join(dir, 'src', `${name}.ts`)) ? [name] : []
  )
}

/** Private: its code and its declarations go into each package that imports it. */
const GROUND = 'packages/ground/src'
const GROUND_TYPES = 'packages/ground/dist'
const GROUND_NAME = '@manycore/ground'

/**
 * What ground loads is loaded by each package that its code went into, and the package must depend on it. A package may load
 * itself: a suite is beside what it tests, and not part of it.
 * @param {readonly (import('rolldown').OutputChunk | import('rolldown').OutputAsset)[]} output
 * @param {import('../workspace/packages.mjs').Manifest} manifest
 * @throws if the bundle loads what the manifest does not name
 */
function refuseForeign(output, manifest) {
  const { name, dependencies, optionalDependencies, peerDependencies } = manifest
  const named = new Set([
    name,
    ...Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
  ])
  const chunks = output.filter((file) => file.type === 'chunk')
  const loaded = chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
  const foreign = loaded.find((id) => !isBuiltin(id) && !id.endsWith('.js') && !named.has(packageOf(id)))
  if (foreign !== undefined)
    throw new Error(`${name} loads ${foreign}, and its package.json does not name it`)
}

/** @param {string} id  such as `a/b` or `@a/b/c` */
function packageOf(id) {
  return id.split('/', id.startsWith('@') ? 2 : 1).join('/')
}

/**
 * Declarations whose source is not there any more: tsc leaves them, and they would be packed.
 * @param {string} dist
 * @param {string} sources
 */
function removeStale(dist, sources) {
  if (!existsSync(dist)) return
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const [, name] = /^(?!compliance[\\/])(.+)\.d\.ts(?:\.map)?$/.exec(file) ?? []
    if (name !== undefined && !existsSync(join(sources, `${name}.ts`))) rmSync(join(dist, file))
  }
}

/**
 * @param {string} dist
 * @param {string} sources
 * @param {string[]} entries  of entriesOf()
 * @param {string} ground
 * @param {import('../workspace/packages.mjs').Manifest} manifest
 */
async function bundleInto(dist, sources, entries, ground, manifest) {
  const main = join(dist, 'index.js')
  const begin = statSync(new URL('./requirements.mjs', import.meta.url)).mtimeMs
  if (existsSync(main) && statSync(main).mtimeMs > Math.max(newest(sources), newest(ground), begin)) return

  for (const folder of new Set(entries.map((name) => dirname(join(dist, name))))) {
    for (const file of existsSync(folder) ? readdirSync(folder) : [])
      if (/\.js(\.map)?$/.test(file)) rmSync(join(folder, file))
  }
  const build = await rolldown({
    input: Object.fromEntries(entries.map((name) => [name, join(sources, `${name}.ts`)])),
    platform: 'node',
    resolve: { alias: { [GROUND_NAME]: join(ground, 'index.ts') } },
    external: (id) => id !== GROUND_NAME && !id.startsWith('.') && !isAbsolute(id),
    plugins: [defaultImports()],
    onLog: (level, { message }) => {
      throw new Error(`${level}: ${message}`)
    }
  })
  const { output } = await build.write({
    dir: dist,
    format: 'cjs',
    exports: 'named',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    codeSplitting: entries.length > 1 ? { groups: [{ name: sharedChunk, debugName: 'shared' }] } : true,
    banner: ({ isEntry, exports }) => (isEntry && exports.length > 0 ? requirements(manifest) : ''),
    comments: false // they are in the declarations and the sources, which are packed as well
  })
  refuseForeign(output, manifest)
  await build.close()
}

/**
 * Of what several entries load, one file; what is loaded later stays out of it.
 * @param {string} id
 * @param {import('rolldown').ChunkingContext} context
 */
function sharedChunk(id, context) {
  return isLoadedAtOnce(id, context) ? 'shared' : null
}

/**
 * @param {string} id
 * @param {import('rolldown').ChunkingContext} context
 * @param {Set<string>} [seen]
 * @returns {boolean}
 */
function isLoadedAtOnce(id, context, seen = new Set()) {
  if (seen.has(id)) return false
  seen.add(id)
  const info = context.getModuleInfo(id)
  if (info === null) return false
  return info.isEntry || info.importers.some((importer) => isLoadedAtOnce(importer, context, seen))
}

/**
 * For `import sodium from 'sodium-universal'` rolldown copies every property of the module, in each package, which takes
 * longer than to load it. What Node means by a default import is the module itself; a package that also imports names
 * of that module, or all of it, is refused.
 * @returns {import('rolldown').Plugin}
 */
function defaultImports() {
  /** @type {Map<string, string>} */
  const kinds = new Map()
  return {
    name: 'default-imports',
    transform(code, id) {
      if (id === '\0rolldown/runtime.js') return { code: withPlainDefaults(code), map: null }
      for (const [, what = '', from = ''] of code.matchAll(
        /^import (?!type )([^'"]+) from '([^.'][^']*)'/gm
      )) {
        const kind = /^\w+$/.test(what) ? 'default' : /^\{[^}]*\}$/.test(what) ? 'names' : 'both'
        const known = kinds.get(from) ?? kind
        if (kind === 'both' || kind !== known) {
          throw new Error(`${id}: import either the default of ${from} or names, everywhere in a package`)
        }
        kinds.set(from, kind)
      }
      return null
    }
  }
}

/** @param {string} runtime */
function withPlainDefaults(runtime) {
  const whole = /^export var __toESM = [^]*?^\);$/m
  if (!whole.test(runtime)) throw new Error('rolldown has another __toESM than bundle.mjs knows')
  return runtime.replace(whole, 'export var __toESM = (mod) => ({ default: mod });')
}

/**
 * @param {string} folder
 * @returns {number}
 */
function newest(folder) {
  if (!existsSync(folder)) return 0
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file))
  return Math.max(...files.map((file) => statSync(file).mtimeMs))
}
