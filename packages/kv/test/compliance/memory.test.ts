import { test } from 'vitest'
import { testEngine } from '../../compliance/index.js'
import { MemoryEngine } from '../../src/index.js'

for (const reusable of [false, true]) {
  testEngine(test, {
    name: reusable ? 'memory, reusable' : 'memory',
    supports: { persistent: reusable, suspend: false, compact: false, readOnly: false },
    create() {
      const engine = new MemoryEngine({ reusable })
      return { engine: () => engine }
    }
  })
}
