/** Keeps a Map to so many entries, those that were set last; to be called after each that is added. */
export function dropOldest(map: Map<string, unknown>, most: number): void {
  if (map.size <= most) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
