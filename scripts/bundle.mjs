import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { rolldown } from 'rolldown'
import { packagesOf } from './workspace.mjs'

/**
 * Writes the code of each published package into `dist`, next to the declarations of tsc: one file, and one for
 * what is loaded later. A package of eighty small files takes longer to find than to run (docs/adr/0009).
 * Those whose sources are older than that are left alone: others may be loading them.
 */
export async function bundle(base) {
  for (const { dir } of packagesOf(base).filter((each) => each.published)) {
    for (const folder of ['src', 'compliance']) {
      const input = join(dir, folder, 'index.ts')
      if (existsSync(input)) await bundleInto(join(dir, folder === 'src' ? 'dist' : `dist/${folder}`), input)
    }
  }
}

async function bundleInto(dist, input) {
  const sources = join(input, '..')
  const main = join(dist, 'index.js')
  if (existsSync(main) && statSync(main).mtimeMs > newest(sources)) return

  for (const file of existsSync(dist) ? readdirSync(dist) : []) {
    if (/\.js(\.map)?$/.test(file)) rmSync(join(dist, file))
  }
  const build = await rolldown({
    input,
    platform: 'node',
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
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
    chunkFileNames: '[name].js'
  })
  await build.close()
}

function newest(folder) {
  const files = readdirSync(folder, { recursive: true }).map((file) => join(folder, file))
  return Math.max(...files.map((file) => statSync(file).mtimeMs))
}
