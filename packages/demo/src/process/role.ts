import { codeOf } from '../errors.js'
import type { Counts, FromRole, RoleName, Roles, ToRole } from './messages.js'

/** What runRole() lends to a role's work. */
export interface Tools {
  /** Tells the parent how far the work has come. */
  report(counts: Counts): void
  /** Runs `step` on leaving, the last one first, even if the work still runs: closing the store is what ends it. */
  defer(step: () => Promise<void>): void
}

/**
 * Runs one role in this process. The parent sends { start }, gets { progress } and { done } or { failed }, and sends
 * { leave } when the role is no longer needed. A parent that dies counts as leave: no orphans.
 */
export function runRole<R extends RoleName>(
  work: (params: Roles[R]['params'], tools: Tools) => Promise<Roles[R]['result']>
): void {
  const cleanup: (() => Promise<void>)[] = []
  let leaving = false

  process.on('message', (message: ToRole<R>) => {
    if (message.start) void start(message.start)
    if (message.leave) void leave(0)
  })
  process.once('disconnect', () => leave(0))
  process.once('SIGTERM', () => leave(0))
  // A Ctrl-C goes to every process of the terminal. The parent decides what it means and tells the roles.
  process.on('SIGINT', () => {})

  async function start(params: Roles[R]['params']): Promise<void> {
    try {
      const done = await work(params, {
        report: (progress) => send({ progress }),
        defer: (step) => void cleanup.push(step)
      })
      if (!leaving) send({ done })
    } catch (err) {
      // What fails after the store began to close, failed because of that.
      if (leaving) return
      send({ failed: describe(err) })
      await leave(1)
    }
  }

  async function leave(code: number): Promise<void> {
    if (leaving) return
    leaving = true
    try {
      for (let step = cleanup.pop(); step; step = cleanup.pop()) await step()
    } catch (err) {
      send({ failed: describe(err) })
      code = 1
    }
    process.exit(code)
  }

  function send(message: FromRole<R>): void {
    if (process.connected) process.send?.(message)
  }
}

/** A coded error says what is wrong in its message; of any other one the place matters. */
function describe(err: unknown): string {
  if (!(err instanceof Error)) return String(err)
  return codeOf(err) === undefined ? (err.stack ?? err.message) : err.message
}
