import b4a from 'b4a'
import type { InnerCore } from '@manycore/hypercore-types'
import type { Reason } from '../policy/verdict.js'
import type { Direction } from '../wire/direction.js'

/** A core that the peer of a stream asked for, or had, and was denied. */
export interface DeniedCore {
  /** 32 bytes; null when only the discovery key is known */
  readonly key: Uint8Array | null
  /** 32 bytes */
  readonly discoveryKey: Uint8Array
  /** why it was about to be opened */
  readonly reason: Reason
  /** asking again follows from a change that a policy made in the call in which it was asked */
  readonly echo: boolean
  /** what the policies have said after all, and the core is to be opened with */
  verdict: Direction | null
}

/**
 * What the peer of one stream was denied, to be opened when the policies allow it: as many cores as may be open for it.
 * The oldest is forgotten for a new one.
 */
export class DeniedCores {
  readonly #most: number
  /** by hex discovery key; the oldest first */
  readonly #cores = new Map<string, DeniedCore>()

  constructor(most: number) {
    this.#most = most
  }

  get(discoveryKey: Uint8Array): DeniedCore | null {
    return this.#cores.get(b4a.toString(discoveryKey, 'hex')) ?? null
  }

  add(
    { key, discoveryKey }: Pick<InnerCore, 'key' | 'discoveryKey'>,
    reason: Reason,
    echo: boolean
  ): DeniedCore {
    const id = b4a.toString(discoveryKey, 'hex')
    const denied: DeniedCore = { key, discoveryKey, reason, echo, verdict: null }
    this.#cores.delete(id)
    this.#cores.set(id, denied)
    if (this.#cores.size > this.#most) {
      const [oldest] = this.#cores.keys()
      this.#cores.delete(oldest!)
    }
    return denied
  }

  delete(discoveryKey: Uint8Array): void {
    this.#cores.delete(b4a.toString(discoveryKey, 'hex'))
  }

  /**
   * The policies have changed: answers that come late count no more.
   * @returns the discovery keys of the cores that the policies are to be asked about again
   */
  renew(isAbout: (core: DeniedCore) => boolean, echo: boolean): Uint8Array[] {
    const again: Uint8Array[] = []
    for (const [id, denied] of this.#cores) {
      if (!isAbout(denied)) continue
      if (denied.reason === 'announce')
        this.#cores.delete(id) // it is offered again, where it may be
      else {
        this.#cores.set(id, { ...denied, echo, verdict: null })
        again.push(denied.discoveryKey)
      }
    }
    return again
  }
}
