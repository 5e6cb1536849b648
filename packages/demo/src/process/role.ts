/**
 * Runs one role in a process of its own. The parent sends { start }, gets { progress } and { done } or { failed },
 * and sends { leave } when the role is no longer needed. A parent that dies counts as leave: no orphans.
 * @param work  async (params, { report, defer }) → result. report(counts) goes to the parent; defer(fn) is run on
 *              leaving, last one first, also while work still runs: closing the store is what ends it
 */
export function runRole(work) {
  const cleanup = []
  let leaving = false

  process.on('message', (message) => {
    if (message.start) start(message.start)
    if (message.leave) leave(0)
  })
  process.once('disconnect', () => leave(0))
  process.once('SIGTERM', () => leave(0))
  // A Ctrl-C goes to every process of the terminal. The parent decides what it means and tells the roles.
  process.on('SIGINT', () => {})

  async function start(params) {
    try {
      const done = await work(params, {
        report: (progress) => send({ progress }),
        defer: (fn) => cleanup.push(fn)
      })
      if (!leaving) send({ done })
    } catch (err) {
      // What fails after the store began to close, failed because of that.
      if (leaving) return
      send({ failed: describe(err) })
      await leave(1)
    }
  }

  async function leave(code) {
    if (leaving) return
    leaving = true
    try {
      while (cleanup.length > 0) await cleanup.pop()()
    } catch (err) {
      send({ failed: describe(err) })
      code = 1
    }
    process.exit(code)
  }

  function send(message) {
    if (process.connected) process.send(message)
  }
}

/** A coded error says what is wrong in its message; of any other one the place matters. */
function describe(err) {
  return err.code ? err.message : err.stack
}
