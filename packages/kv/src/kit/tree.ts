import { compareKeys, successor } from '../bytes/keys.js'
import { NODE_ENTRIES } from '../defaults.js'
import type { Range } from '../engine.js'

/** Says who may change a node in place: the tree that made it, until its next snapshot. */
type Owner = object

interface Leaf<V> {
  owner: Owner
  readonly keys: Uint8Array[]
  readonly values: V[]
  readonly children: null
}

interface Branch<V> {
  owner: Owner
  /** keys[i] is ≤ every key of children[i] and > every key of children[i - 1]; keys[0] is never looked at */
  readonly keys: Uint8Array[]
  readonly children: Node<V>[]
}

type Node<V> = Leaf<V> | Branch<V>

/**
 * An ordered map from bytes to `V`: a B+tree that copies a node before changing it if a snapshot shares that node, and
 * changes its own nodes in place. `snapshot()` is O(1), everything else O(log n).
 */
export class Tree<V> {
  #root: Node<V> | null
  #owner: Owner = {}
  /** what the set() that is running has replaced */
  #replaced: V | undefined

  /** An empty map; or, inside, one that begins as another's root. */
  constructor(root: Node<V> | null = null) {
    this.#root = root
  }

  /** Whether it has no entry. */
  get isEmpty(): boolean {
    return this.#root === null
  }

  /** The value of a key, or undefined. O(log n). */
  get(key: Uint8Array): V | undefined {
    let node = this.#root
    if (node === null) return undefined
    while (node.children !== null) node = node.children[childIndex(node, key)] as Node<V>
    const i = lowerBound(node.keys, key)
    return i < node.keys.length && compareKeys(node.keys[i]!, key) === 0 ? node.values[i] : undefined
  }

  /** Sets the value of a key; neither is copied. O(log n). @returns the value before, or undefined */
  set(key: Uint8Array, value: V): V | undefined {
    if (this.#root === null) {
      this.#root = { owner: this.#owner, keys: [key], values: [value], children: null }
      return undefined
    }
    this.#replaced = undefined
    const root = this.#own(this.#root)
    const right = this.#insert(root, key, value)
    this.#root =
      right === null
        ? root
        : { owner: this.#owner, keys: [firstKey(root), firstKey(right)], children: [root, right] }
    return this.#replaced
  }

  /** Deletes one key. O(log n). */
  delete(key: Uint8Array): void {
    if (this.get(key) !== undefined) this.deleteRange(key, successor(key))
  }

  /** Deletes every key in `[start, end)`. Whole subtrees are dropped without being visited. */
  deleteRange(start: Uint8Array, end: Uint8Array): void {
    if (this.#root === null || compareKeys(start, end) >= 0) return
    let root = this.#cut(this.#root, start, end)
    while (root !== null && root.children !== null && root.children.length === 1) root = root.children[0]!
    this.#root = root
  }

  /** Deletes everything. O(1). */
  clear(): void {
    this.#root = null
  }

  /** The map as it is now. Neither sees later changes of the other. O(1). */
  snapshot(): Tree<V> {
    this.#owner = {} // from here on every node is shared
    return new Tree(this.#root)
  }

  /** The entries of a range, in order. The tree must not change meanwhile: iterate over a snapshot. */
  *entries({ gte, lt, reverse = false }: Range = {}): Generator<[Uint8Array, V], void> {
    if (this.#root !== null) yield* reverse ? backward(this.#root, gte, lt) : forward(this.#root, gte, lt)
  }

  #own(node: Node<V>): Node<V> {
    if (node.owner === this.#owner) return node
    return node.children === null
      ? { owner: this.#owner, keys: node.keys.slice(), values: node.values.slice(), children: null }
      : { owner: this.#owner, keys: node.keys.slice(), children: node.children.slice() }
  }

  /** @param node  our own @returns its new right sibling, if it had to be split */
  #insert(node: Node<V>, key: Uint8Array, value: V): Node<V> | null {
    if (node.children === null) {
      const i = lowerBound(node.keys, key)
      if (i < node.keys.length && compareKeys(node.keys[i]!, key) === 0) {
        this.#replaced = node.values[i]
        node.values[i] = value
        return null
      }
      node.keys.splice(i, 0, key)
      node.values.splice(i, 0, value)
    } else {
      const i = childIndex(node, key)
      const child = (node.children[i] = this.#own(node.children[i]!))
      const right = this.#insert(child, key, value)
      if (right === null) return null
      node.keys.splice(i + 1, 0, firstKey(right))
      node.children.splice(i + 1, 0, right)
    }
    return node.keys.length > NODE_ENTRIES ? this.#split(node) : null
  }

  #split(node: Node<V>): Node<V> {
    // Keys often come in order: the left node stays nearly full, and the right one has room.
    const at = (node.keys.length * 3) >> 2
    const keys = node.keys.splice(at)
    return node.children === null
      ? { owner: this.#owner, keys, values: node.values.splice(at), children: null }
      : { owner: this.#owner, keys, children: node.children.splice(at) }
  }

  #cut(node: Node<V>, start: Uint8Array, end: Uint8Array): Node<V> | null {
    if (node.children === null) {
      const from = lowerBound(node.keys, start)
      const to = lowerBound(node.keys, end)
      if (from === to) return node
      if (to - from === node.keys.length) return null
      const own = this.#own(node) as Leaf<V>
      own.keys.splice(from, to - from)
      own.values.splice(from, to - from)
      return own
    }

    const from = childIndex(node, start)
    const to = childIndex(node, end)
    const kept: Node<V>[] = []
    for (const child of from === to ? [node.children[from]!] : [node.children[from]!, node.children[to]!]) {
      const cut = this.#cut(child, start, end)
      if (cut !== null) kept.push(cut)
    }
    if (kept.length === to - from + 1 && kept.every((child, i) => child === node.children[from + i]))
      return node
    const own = this.#own(node) as Branch<V>
    own.children.splice(from, to - from + 1, ...kept)
    own.keys.splice(from, to - from + 1, ...kept.map(firstKey))
    return own.children.length === 0 ? null : own
  }
}

/** The first index whose key is ≥ `key`. */
function lowerBound(keys: readonly Uint8Array[], key: Uint8Array): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareKeys(keys[middle]!, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** The child that a key belongs to: the last one whose first key is ≤ `key`, otherwise the first. */
function childIndex<V>({ keys }: Branch<V>, key: Uint8Array): number {
  let low = 1
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareKeys(keys[middle]!, key) <= 0) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** For a branch a separator is enough: its own keys[0], even if that key is no longer stored. */
function firstKey<V>(node: Node<V>): Uint8Array {
  return node.keys[0]!
}

function* forward<V>(node: Node<V>, gte?: Uint8Array, lt?: Uint8Array): Generator<[Uint8Array, V], void> {
  if (node.children !== null) {
    const from = gte === undefined ? 0 : childIndex(node, gte)
    const to = lt === undefined ? node.children.length - 1 : childIndex(node, lt)
    for (let i = from; i <= to; i++)
      yield* forward(node.children[i]!, i === from ? gte : undefined, i === to ? lt : undefined)
    return
  }
  const end = lt === undefined ? node.keys.length : lowerBound(node.keys, lt)
  for (let i = gte === undefined ? 0 : lowerBound(node.keys, gte); i < end; i++)
    yield [node.keys[i]!, node.values[i]!]
}

function* backward<V>(node: Node<V>, gte?: Uint8Array, lt?: Uint8Array): Generator<[Uint8Array, V], void> {
  if (node.children !== null) {
    const from = gte === undefined ? 0 : childIndex(node, gte)
    const to = lt === undefined ? node.children.length - 1 : childIndex(node, lt)
    for (let i = to; i >= from; i--)
      yield* backward(node.children[i]!, i === from ? gte : undefined, i === to ? lt : undefined)
    return
  }
  const start = gte === undefined ? 0 : lowerBound(node.keys, gte)
  for (let i = (lt === undefined ? node.keys.length : lowerBound(node.keys, lt)) - 1; i >= start; i--)
    yield [node.keys[i]!, node.values[i]!]
}
