/**
 * Bun (1.4) and Deno (2.9) load native add-ons, and end the process when one of them calls libuv, which they do not
 * have: fs-native-extensions does for a lock, rocksdb-native for everything.
 * @returns  the name of the runtime where it is one of these, otherwise null
 */
export function runtimeWithoutLibuv(): 'Bun' | 'Deno' | null {
  const { Bun, Deno } = globalThis as { Bun?: unknown; Deno?: unknown }
  if (Bun !== undefined) return 'Bun'
  return Deno === undefined ? null : 'Deno'
}
