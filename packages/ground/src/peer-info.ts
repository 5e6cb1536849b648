/**
 * Is this what Hyperswarm passes beside a connection? Whoever writes `swarm.on('connection', store.replicate.bind(store))`
 * passes it on as options, and means none.
 * @param names  of the options; an instance of a class that has one of them is options
 */
export function isPeerInfo(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return false
  const { publicKey } = value as { publicKey?: unknown }
  return publicKey instanceof Uint8Array && !names.some((name) => name in value)
}
