import b4a from 'b4a'
import { expect, test } from 'vitest'
import { Index } from '@manycore/reconcile'
import { Elements, ID_BYTES, VERSION_BYTES } from '../../../src/mirror/elements.js'
import { KnownIds } from '../../../src/mirror/indexes/known-ids.js'
import { PeerIndex } from '../../../src/mirror/indexes/peer-index.js'
import { storedCopy } from '../../kit/stored-copy.js'

test('a core that had another state meanwhile is told of again, although the index never had that one', async () => {
  const core = storedCopy(1, 1)
  const elements = new Elements(b4a.alloc(32, 3), b4a.alloc(32, 4))
  const index = new PeerIndex(elements, null, undefined)
  index.index = new Index({ idBytes: ID_BYTES, versionBytes: VERSION_BYTES, secret: elements.secret })
  index.ids = new KnownIds()
  await index.begin()
  const told: boolean[] = []
  index.users.add({ lost() {}, left() {}, changed: (_core, isNew) => void told.push(isNew) })
  await index.set(core, false)
  expect(told).toEqual([true])
  await index.set(core, false)
  expect(told).toEqual([true])
  await index.set(core, true)
  expect(told).toEqual([true, false])
})
