/** Where the time comes from. Tests bring their own. */
export interface Clock {
  /** Milliseconds since any fixed moment. */
  now(): number
  /**
   * Calls `fn` once, `ms` milliseconds later.
   * @returns a handle for `clearTimeout()`
   */
  setTimeout(fn: () => void, ms: number): unknown
  /**
   * Takes a timeout back.
   * @param handle  what setTimeout() returned
   */
  clearTimeout(handle: unknown): void
}

/** Milliseconds: above it, setTimeout() of Node and of browsers fires at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1

/** The system's timers. They do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(fn, ms) {
    const timer: { unref?(): unknown } = setTimeout(fn, ms)
    timer.unref?.()
    return timer
  },
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>)
}

/** What all that ask in one turn wait for. */
let next: Promise<void> | null = null

/** Resolves in a later macrotask, once what is under way in this turn of the event loop is over. */
export function laterTurn(): Promise<void> {
  next ??= new Promise((resolve) => {
    onLaterTurn(() => {
      next = null
      resolve()
    })
  })
  return next
}

/** Runs a function in a later macrotask; several run one by one, in the order of the calls. */
export function onLaterTurn(fn: () => void): void {
  if (typeof setImmediate === 'function') setImmediate(fn)
  else if (typeof MessageChannel === 'function') postToSelf(fn)
  else setTimeout(fn, 0)
}

const posted: (() => void)[] = []
let channel: Channel | null = null

/** Browsers have no setImmediate, and their timers wait 4 ms as soon as they are nested. */
function postToSelf(fn: () => void): void {
  channel ??= openChannel()
  if (posted.push(fn) === 1) channel.port1.ref?.()
  channel.port2.postMessage(null)
}

interface Channel {
  readonly port1: {
    addEventListener(event: 'message', fn: () => void): void
    start(): void
    // Where there is a process: it goes on while there are messages, and may end otherwise.
    ref?(): void
    unref?(): void
  }
  readonly port2: { postMessage(message: null): void }
}

function openChannel(): Channel {
  const opened = new MessageChannel() as unknown as Channel
  const { port1 } = opened
  port1.addEventListener('message', () => {
    const fn = posted.shift()!
    if (posted.length === 0) port1.unref?.()
    fn()
  })
  port1.start()
  return opened
}
