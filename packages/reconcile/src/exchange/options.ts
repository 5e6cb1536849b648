import { anInteger, badArgument, bytes, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import { copyOf } from '../bytes/copy.js'
import { FRAME_BYTES, MAX_FRAME_BYTES, MAX_ROUNDS, MIN_FRAME_BYTES } from '../defaults.js'

/** Options of `new Reconciler()`. */
export interface ReconcilerOptions {
  /** The frames that we make have at most so many bytes. What does not fit is said in later ones. */
  frameBytes?: number
  /** The frames that we take have at most so many bytes. */
  maxFrameBytes?: number
  /** How many frames we take in this exchange. */
  maxRounds?: number
  /**
   * Where the initiator begins: the `position` of an exchange that broke off. What is before it is left out. `idBytes` bytes.
   * Default: the start.
   */
  from?: Uint8Array
}

const RECONCILER = {
  frameBytes: { check: anInteger(MIN_FRAME_BYTES), default: FRAME_BYTES, unit: 'bytes' },
  maxFrameBytes: { check: anInteger(MIN_FRAME_BYTES), default: MAX_FRAME_BYTES, unit: 'bytes' },
  maxRounds: { check: anInteger(1), default: MAX_ROUNDS, unit: 'messages' },
  from: { check: bytes }
} satisfies OptionTable<ReconcilerOptions>

/** An option bag of `new Reconciler()` that was read. */
export interface ExchangeSettings {
  readonly frameBytes: number
  readonly maxFrameBytes: number
  readonly maxRounds: number
  readonly from: Uint8Array
}

/** @throws BAD_ARGUMENT */
export function readReconcilerOptions(
  opts: ReconcilerOptions | undefined,
  idBytes: number
): ExchangeSettings {
  const { from = new Uint8Array(idBytes), ...rest } = readOptions(opts, RECONCILER)
  if (from.byteLength !== idBytes) throw badArgument('from', `${idBytes} bytes`, from)
  return { ...rest, from: copyOf(from) }
}
