/** A failure that the message explains whole: it is printed without a stack. */
export class DemoError extends Error {
  /** of the demo: 1 failed, 2 wrong arguments, 130 interrupted */
  readonly exitCode: number

  /** @param message  what went wrong, for the person at the keyboard */
  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

export function usage(message: string): DemoError {
  return new DemoError(`${message}; see --help`, 2)
}

/** The code of Node's errors, of Hypercore's and of ours. */
export function codeOf(err: unknown): string | undefined {
  return (err as { code?: string } | null)?.code
}
