/** What is kept for a key, made when it is asked for the first time. */
export function madeOnce<K, V>(
  kept: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: (key: K) => V
): V {
  const known = kept.get(key)
  if (known !== undefined) return known
  const fresh = make(key)
  kept.set(key, fresh)
  return fresh
}
