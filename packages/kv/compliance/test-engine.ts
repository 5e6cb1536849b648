import { refuseUnknown } from '@manycore/ground'
import { batch } from './batch.js'
import type { Case } from './case.js'
import { durability } from './durability.js'
import { same } from './expect.js'
import { lifecycle } from './lifecycle.js'
import { model } from './model.js'
import { order } from './order.js'
import { point } from './point.js'
import { range } from './range.js'
import { snapshots } from './snapshots.js'
import type { Subject, TestFunction } from './subject.js'

const SECTIONS: Record<string, Case[]> = {
  point,
  range,
  batch,
  snapshots,
  lifecycle,
  order,
  durability,
  model
}

const SUBJECT: readonly (keyof Subject)[] = ['name', 'supports', 'crashes', 'create']

/**
 * Registers every case that an engine must pass. A case runs on a new place and leaves nothing behind.
 * @param test     that of your runner: node:test, vitest, brittle or tape
 * @param subject  your engine
 * @throws         BAD_ARGUMENT for a name that a subject does not have
 */
export function testEngine(test: TestFunction, subject: Subject): void {
  refuseUnknown(subject, SUBJECT, 'subject')
  for (const [section, cases] of Object.entries(SECTIONS)) {
    for (const each of cases) {
      const name = `${subject.name}: ${section}: ${each.name}`
      const abilities = { ...subject.supports, crashes: subject.crashes === true }
      const unsupported = each.needs !== undefined && !abilities[each.needs]
      if (unsupported) test.skip(`${name} (needs ${each.needs})`, async () => {})
      else test(name, () => runCase(subject, each))
    }
  }
}

async function runCase(subject: Subject, each: Case): Promise<void> {
  const place = await subject.create()
  const engine = place.engine()
  try {
    same(engine.supports, subject.supports, 'supports')
    await engine.open()
    await each.run(engine, place)
  } finally {
    await engine.close()
    await place.remove?.()
  }
}
