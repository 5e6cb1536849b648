/** Decides about what comes, before it is decrypted. What it throws ends the stream. */
export interface FrameListener {
  /** A frame begins of which something is to come. @param isSetup  it belongs to the handshake, or is the header behind it */
  begun(bytes: number, isSetup: boolean): void
  /** A frame is whole, and nothing before it waits. @returns false = it waits as well */
  mayRead(bytes: number): boolean
  /** There are frames to be read with `readNext()`. Until all are, nothing more is read from the transport. */
  waits(): void
  /** Bytes pile up in a transport that cannot be told to wait. */
  piled(): void
  /** A message outside of the order has come. It is decrypted next. */
  message(): void
  /** Is something worked on that came before? Then the stream does not end yet. */
  isBusy(): boolean
  /** The remote has ended the stream, which waits for `end()`. */
  ending(): void
  /** A piece of a frame that is read slowly has come. @returns whether the next may be read at once */
  pieceRead(bytes: number): boolean
}
