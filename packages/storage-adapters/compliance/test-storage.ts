import { refuseUnknown } from '@manycore/ground'
import type { TestFunction } from '@manycore/kv/compliance'
import type { Case } from './case.js'
import { cores } from './cores.js'
import { lifecycle } from './lifecycle.js'
import { order } from './order.js'
import { registry } from './registry.js'
import { replication, toCase } from './replication.js'
import { sessions } from './sessions.js'
import { Store } from './store.js'
import type { StorageSubject } from './subject.js'

const SUBJECT: readonly (keyof StorageSubject)[] = ['name', 'supports', 'crashes', 'create']

/**
 * Registers every case that a storage for Hypercore must pass, through hypercore-storage and Hypercore. Each case runs
 * in a new place and leaves nothing behind.
 * @param test     the `test` function of your runner: node:test, vitest, brittle or tape
 * @param subject  your storage
 * @throws BAD_ARGUMENT for a member that a subject does not have
 */
export function testStorage(test: TestFunction, subject: StorageSubject): void {
  refuseUnknown(subject, SUBJECT, 'subject')
  const sections: Record<string, Case[]> = {
    cores,
    sessions,
    registry,
    lifecycle,
    order,
    replication: replication.map((each) => toCase(each, () => subject.create()))
  }
  for (const [section, cases] of Object.entries(sections)) {
    for (const each of cases) {
      const name = `${subject.name}: ${section}: ${each.name}`
      const abilities = { ...subject.supports, crashes: subject.crashes === true }
      const unsupported = each.needs !== undefined && !abilities[each.needs]
      if (unsupported) test.skip(`${name} (needs ${each.needs})`, async () => {})
      else test(name, () => runCase(subject, each))
    }
  }
}

async function runCase(subject: StorageSubject, each: Case): Promise<void> {
  const place = await subject.create()
  const store = new Store(place.open())
  try {
    await each.run(store, place)
  } finally {
    await store.close()
    await place.remove?.()
  }
}
