// A user of sets without Hypercore: an engine of kv is what an index takes, by its shape alone.
import { MemoryEngine } from '@manycore/kv'
import { Index, Reconciler } from '@manycore/reconcile'
import type { Difference, OrderedStore } from '@manycore/reconcile'

const engine = new MemoryEngine()
await engine.open()
const store: OrderedStore = engine
const [here, there] = [new Index({ engine: store }), new Index()]
const [id, version] = [new Uint8Array(16), new Uint8Array(8)]
await here.insert(id, version)

const sides = [new Reconciler(here), new Reconciler(there)] as const
const found: Difference[] = []
let turn: 0 | 1 = 1
for (let frame: Uint8Array | null = await sides[0].initiate(); frame !== null; turn = turn === 0 ? 1 : 0) {
  const { reply, differences } = await sides[turn].receive(frame)
  found.push(...differences)
  frame = reply
}
if (found.length !== 2 || sides.some(({ position }) => position !== null))
  throw new Error('they found something else')
await engine.close()
