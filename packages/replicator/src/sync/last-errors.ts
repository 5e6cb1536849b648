import b4a from 'b4a'
import { BoundedMap } from '@manycore/ground'
import type { ProtocolStream } from '@manycore/hypercore-types'
import type { CoreErrorInfo } from '../events.js'
import type { Standing } from '../wire/sync/standing.js'
import { ERRORS_PER_STREAM } from './defaults.js'

interface LastError {
  readonly error: Error
  /** How many messages the peer had sent of the core when the error was first shown; null = it was not. */
  told: number | null
}

/** What is asked of where a core stands. */
type Place = Pick<Standing, 'isOpen' | 'isLevel' | 'told'>

/** What went wrong last with each core of each stream. A stream without errors costs nothing. */
export class LastErrors {
  readonly #streams = new WeakMap<ProtocolStream, BoundedMap<string, LastError>>()

  note(error: Error, { discoveryKey, stream }: CoreErrorInfo): void {
    if (discoveryKey === null || stream === null) return
    const errors = this.#streams.get(stream) ?? new BoundedMap<string, LastError>(ERRORS_PER_STREAM)
    this.#streams.set(stream, errors)
    const id = b4a.toString(discoveryKey, 'hex')
    errors.delete(id) // the youngest again
    errors.set(id, { error, told: null })
  }

  /** The hex discovery keys of the cores of a stream that have an error. */
  cores(stream: ProtocolStream): string[] {
    return [...(this.#streams.get(stream)?.keys() ?? [])]
  }

  /** The error of a core, which is over if the core has become level since it was shown. @param at  null = it is not open here */
  show(discoveryKey: Uint8Array, stream: ProtocolStream, at: Place | null): Error | null {
    const errors = this.#streams.get(stream)
    if (errors === undefined || errors.size === 0) return null
    const id = b4a.toString(discoveryKey, 'hex')
    const last = errors.get(id)
    if (last === undefined) return null
    if (last.told !== null && at !== null && at.isOpen && at.isLevel && at.told > last.told) {
      errors.delete(id)
      return null
    }
    last.told ??= at?.told ?? 0
    return last.error
  }
}
