/**
 * Lets the parent call functions of this process: { id, order, args } is answered with { id, result } or
 * { id, error }. The process ends after `leave`, and when its parent is gone.
 * @param orders  name → async function (args)
 */
export async function answer(orders) {
  process.on('message', ({ id, order, args }) => {
    void run(orders[order], args).then((reply) => {
      const leaving = order === 'leave'
      process.send({ id, ...reply }, () => leaving && process.exit(0))
    })
  })
  // An orphan has nobody to close for.
  process.once('disconnect', () => process.exit(1))
  // A Ctrl-C goes to all processes of a terminal; the parent decides.
  process.on('SIGINT', () => {})
  process.send({ ready: true })
}

/** Something that the parent did not ask for. */
export function tell(news) {
  if (process.connected) process.send({ news })
}

async function run(order, args) {
  try {
    return { result: (await order(args)) ?? null }
  } catch (err) {
    return { error: err.stack ?? String(err) }
  }
}
