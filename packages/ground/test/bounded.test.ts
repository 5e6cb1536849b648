import { expect, test } from 'vitest'
import { BoundedMap, BoundedSet } from '@manycore/ground'

test('one more drops the oldest', () => {
  const map = new BoundedMap<string, number>(2)
  expect(map.set('a', 1).set('b', 2).set('c', 3)).toBe(map)
  expect([...map]).toEqual([
    ['b', 2],
    ['c', 3]
  ])
  const set = new BoundedSet<string>(2)
  expect(set.add('a').add('b').add('c')).toBe(set)
  expect([...set]).toEqual(['b', 'c'])
})

test('what is there and is set again keeps its age, unless it is deleted first', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1).set('b', 2).set('a', 3).set('c', 4)
  expect([...map.keys()]).toEqual(['b', 'c'])
  map.delete('b')
  map.set('b', 5).set('d', 6)
  expect([...map.keys()]).toEqual(['b', 'd'])
  const set = new BoundedSet<string>(2)
  set.add('a').add('b').add('a').add('c')
  expect([...set]).toEqual(['b', 'c'])
})

test('setting what is there while iterating ends', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1).set('b', 2)
  for (const [key, value] of map) map.set(key, value + 1)
  expect([...map.values()]).toEqual([2, 3])
})

test('none may be kept', () => {
  expect(new BoundedMap<string, number>(0).set('a', 1).size).toBe(0)
  expect(new BoundedSet<string>(0).add('a').size).toBe(0)
})
