import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { rolldown } from 'rolldown'
import { copyGroundTypes } from './ground-types.mjs'
import { requirements } from './requirements.mjs'
import { packagesOf } from '../workspace/packages.mjs'

/**
 * Writes the code of each published package into `dist`, next to the declarations of tsc: one file, and one for
 * what is loaded later. A package of eighty small files takes longer to find than to run (docs/adr/0009).
 * Those whose sources are older than that are left alone: others may be loading them.
 */
export async function bundle(base) {
  for (const { dir, manifest } of packagesOf(base).filter((each) => each.published)) {
    copyGroundTypes(dir, join(base, GROUND_TYPES))
    for (const folder of ['src', 'compliance']) {
      const input = join(dir, folder, 'index.ts')
      if (existsSync(input))
        await bundleInto(
          join(dir, folder === 'src' ? 'dist' : `dist/${folder}`),
          input,
          join(base, GROUND),
          manifest
        )
    }
  }
}

/** Private: its code and its declarations go into each package that imports it. */
const GROUND = 'packages/ground/src'
const GROUND_TYPES = 'packages/ground/dist'
const GROUND_NAME = '@manycore/ground'

async function bundleInto(dist, input, ground, manifest) {
  const sources = join(input, '..')
  const main = join(dist, 'index.js')
  const begin = statSync(new URL('./requirements.mjs', import.meta.url)).mtimeMs
  if (existsSync(main) && statSync(main).mtimeMs > Math.max(newest(sources), newest(ground), begin)) return

  for (const file of existsSync(dist) ? readdirSync(dist) : []) {
    if (/\.js(\.map)?$/.test(file)) rmSync(join(dist, file))
  }
  const build = await rolldown({
    input,
    platform: 'node',
    resolve: { alias: { [GROUND_NAME]: join(ground, 'index.ts') } },
    external: (id) => id !== GROUND_NAME && !id.startsWith('.') && !isAbsolute(id),
    plugins: [defaultImports()],
    onLog: (level, { message }) => {
      throw new Error(`${level}: ${message}`)
    }
  })
  await build.write({
    dir: dist,
    format: 'cjs',
    exports: 'named',
    sourcemap: true,
    entryFileNames: 'index.js',
    chunkFileNames: '[name].js',
    banner: ({ isEntry, exports }) => (isEntry && exports.length > 0 ? requirements(manifest) : ''),
    comments: false // they are in the declarations and the sources, which are packed as well
  })
  await build.close()
}

/**
 * For `import sodium from 'sodium-universal'` rolldown copies every property of the module, in each package, which takes
 * longer than to load it. What Node means by a default import is the module itself; a package that also imports names
 * of that module, or all of it, is refused.
 */
function defaultImports() {
  const kinds = new Map()
  return {
    name: 'default-imports',
    transform(code, id) {
      if (id === '\0rolldown/runtime.js') return { code: withPlainDefaults(code), map: null }
      for (const [, what, from] of code.matchAll(/^import (?!type )([^'"]+) from '([^.'][^']*)'/gm)) {
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

function withPlainDefaults(runtime) {
  const whole = /^export var __toESM = [^]*?^\);$/m
  if (!whole.test(runtime)) throw new Error('rolldown has another __toESM than bundle.mjs knows')
  return runtime.replace(whole, 'export var __toESM = (mod) => ({ default: mod });')
}

function newest(folder) {
  if (!existsSync(folder)) return 0
  const files = readdirSync(folder, { recursive: true }).map((file) => join(folder, file))
  return Math.max(...files.map((file) => statSync(file).mtimeMs))
}
