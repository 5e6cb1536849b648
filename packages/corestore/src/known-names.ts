import b4a from 'b4a'
import { NAMES_KEPT } from './defaults.js'
import { dropOldest } from './drop-oldest.js'

/**
 * Which core is stored under a name, for names asked for lately: a stored name never comes to mean another core.
 * Shared by a store and its sessions.
 */
export class KnownNames {
  /** namespace in hex, then the name → discovery key in hex; the oldest first */
  readonly #names = new Map<string, string>()

  /** @returns 64 hex digits, or undefined */
  get(namespace: string, name: string): string | undefined {
    return this.#names.get(namespace + name)
  }

  /** @param namespace  64 hex digits */
  set(namespace: string, name: string, discoveryKey: Uint8Array): void {
    this.#names.set(namespace + name, b4a.toString(discoveryKey, 'hex'))
    dropOldest(this.#names, NAMES_KEPT)
  }
}
