// A user's own engine and its tests: the subpaths of kv give the classes that its root gives.
import * as root from '@manycore/kv'
import { FaultEngine, FaultFiles, FaultPlan, randomNumbers } from '@manycore/kv/faults'
import type { Fault } from '@manycore/kv/faults'
import { Lifecycle, Tree, checkKeys, laterTurn } from '@manycore/kv/kit'

const pairs: [unknown, unknown][] = [
  [FaultEngine, root.FaultEngine],
  [FaultFiles, root.FaultFiles],
  [FaultPlan, root.FaultPlan],
  [Lifecycle, root.Lifecycle],
  [Tree, root.Tree],
  [checkKeys, root.checkKeys],
  [laterTurn, root.laterTurn]
]
for (const [ours, theirs] of pairs) if (ours !== theirs) throw new Error('a class exists twice')

const fault: Fault = { on: 'batch', action: 'fail' }
const engine = new FaultEngine(new root.MemoryEngine(), new FaultPlan([fault], 1 + randomNumbers(1)(9)))
await engine.open()
const key = new Uint8Array([1])
const failure: unknown = await engine.batch([{ type: 'put', key, value: key }]).catch((err: unknown) => err)
if (!(failure instanceof root.EngineError) || failure.code !== 'ENGINE_FAILED')
  throw new Error(`the batch did not fail as planned: ${String(failure)}`)
if ((await engine.getMany([key]))[0] !== null) throw new Error('what failed was stored')
await engine.close()
