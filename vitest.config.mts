import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const packages = fileURLToPath(new URL('packages/', import.meta.url))

export default defineConfig({
  resolve: {
    // Tests run the sources; the packed tarballs are run by scripts/trials/packed.mjs.
    alias: readdirSync(packages).flatMap((name) => [
      { find: new RegExp(`^@manycore/${name}$`), replacement: `${packages}${name}/src/index.ts` },
      {
        find: new RegExp(`^@manycore/${name}/(kit|faults)$`),
        replacement: `${packages}${name}/src/$1/index.ts`
      },
      { find: `@manycore/${name}/compliance`, replacement: `${packages}${name}/compliance/index.ts` }
    ])
  },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // For what hangs: no test is as slow, even on a slow machine that does other things as well.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    coverage: { provider: 'v8', include: ['packages/*/src/**'] }
  }
})
