import { expect, test } from 'vitest'
import { append, blocks, filled, heldMirrors } from '../kit/mirrors.js'

test('a core that becomes the same while it is compared is level', async () => {
  let changed = (): void => {}
  const filter = ({ length }: { length: number }): boolean => (length === 2 && changed(), true)
  const [a, b] = [await filled(2, { mirror: { filter } }), await filled(2, { mirror: true })]
  await append(b, 'core 0', 'second')
  const { arrived, release } = heldMirrors([a, b])
  await arrived // b has answered with what it has, and a has not looked at it
  const read = new Promise<void>((resolve) => (changed = resolve))
  await append(a, 'core 0', 'second') // the same that b has
  await read
  release()
  await Promise.all([a.synced(), b.synced()])
  expect(await blocks(a, 'core 0')).toEqual(['first', 'second'])
})
