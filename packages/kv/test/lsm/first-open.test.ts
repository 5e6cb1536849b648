import { expect, test } from 'vitest'
import { RandomAccessEngine } from '../../src/index.js'
import { contents } from '../stores/recorded.js'
import { Shelf } from '../stores/shelf.js'

test.each([
  ['many files', (shelf: Shelf) => shelf.open],
  ['one file', (shelf: Shelf) => shelf.open('one')]
])('a store whose making was interrupted, after whichever write, opens: %s', async (_where, storageOf) => {
  let isMade = false
  for (let writes = 0; !isMade; writes++) {
    const shelf = new Shelf()
    const left = new Map<string, Buffer>()
    const engine = new RandomAccessEngine(storageOf(shelf))
    const write = shelf.write.bind(shelf)
    shelf.write = (name, offset, bytes) => {
      if (shelf.writes < writes) write(name, offset, bytes)
      else shelf.writes = Infinity // the process is gone
      for (const [file, bytes] of shelf.files) left.set(file, bytes)
    }
    await engine.open()
    await engine.batch([{ type: 'put', key: Buffer.from('a'), value: Buffer.from('1') }])
    isMade = shelf.writes < Infinity
    await engine.close().catch(() => {}) // it reads what was never written

    const again = new RandomAccessEngine(storageOf(new Shelf(left)))
    await again.open()
    expect(await contents(again), `after ${writes} writes`).toBe(isMade ? '61 MQ==' : '')
    await again.close()
  }
})
