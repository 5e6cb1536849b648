// A user's CommonJS module with Node's types: every type is a member of the class that require() gives.
import Corestore = require('@manycore/corestore')

export function open(
  policy: Corestore.ReplicationPolicy,
  opts: Corestore.GetOptions<string>
): Corestore.Hypercore<string> {
  const store: Corestore = new Corestore('./never', { policy })
  return store.get(opts)
}
