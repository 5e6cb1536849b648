import type { Hypercore } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import { declarationsIn } from './declarations.js'
import { touchedElsewhere } from './elsewhere.js'
import { installedFor, movedParts } from './installed.js'

/**
 * The tests of a package whose `upstream/` declares private parts of Hypercore and its storage only.
 * @param src       of the package, from the root of the repository
 * @param base      the `import.meta.url` of the package's test: its Hypercore is compared
 * @param moreThan  more members than these are declared, so that an empty list does not pass
 * @param open      makes a Hypercore, which is closed after the test
 */
export function testHypercoreParts(src: string, base: string, moreThan: number, open: () => Hypercore): void {
  const declarations = declarationsIn(`${src}/upstream`)

  test('every private part of Hypercore that upstream/ declares is there, and is what it was', async () => {
    const session = open()
    onTestFinished(() => session.close())
    await session.ready()
    const { file, version } = installedFor(base, 'hypercore')
    const { version: ofStorage } = installedFor(file, 'hypercore-storage')
    const storage = session.core!.state!.storage as unknown as { store: object }
    const installed = new Map([
      ['hypercore Core', { object: session.core!, version }],
      ['hypercore Hypercore', { object: session, version }],
      ['hypercore-storage CorestoreStorage', { object: storage.store, version: ofStorage }],
      ['hypercore-storage HypercoreStorage', { object: storage, version: ofStorage }]
    ])
    expect(declarations.flatMap(({ members }) => members).length).toBeGreaterThan(moreThan)
    expect(movedParts(declarations, installed)).toEqual([])
  })

  test('no other file touches a private part of Hypercore', () => {
    expect(touchedElsewhere(src, `${src}/upstream`, declarations)).toEqual([])
  })
}
