/** A failure that the message explains whole: it is printed without a stack. */
export class DemoError extends Error {
  /**
   * @param message   what went wrong, for the person at the keyboard
   * @param exitCode  of the demo: 1 failed, 2 wrong arguments, 130 interrupted
   */
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

export function usage(message) {
  return new DemoError(`${message}; see --help`, 2)
}
