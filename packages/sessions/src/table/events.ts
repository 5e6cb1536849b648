import type { GroupUpdate, InnerCore } from '@manycore/hypercore-types'

/** Of all listeners each is called, whatever another one throws; that becomes an uncaught exception. */
export interface SessionTableEvents {
  /** a core opened */
  'core-open': [core: InnerCore]
  /** a core that had opened has closed, or an adopted one has left */
  'core-close': [core: InnerCore]
  /** what no caller is told: a core that failed to close in the background */
  'core-error': [err: unknown, core: InnerCore]
  /** a core began to want data */
  downloading: [core: InnerCore]
  /** a core of a group changed; `topic` is 32 bytes */
  'group-active': [topic: Uint8Array, update: GroupUpdate]
  /** two blocks signed for one place; upstream closes the core's sessions after this */
  conflict: [core: InnerCore, length: number, fork: number, proof: object]
}
