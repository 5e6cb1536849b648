/** @typedef {Record<string, (args: any) => Promise<unknown>>} Orders  name → function; what it takes and gives can be sent */

/**
 * Lets the parent call functions of this process: { id, order, args } is answered with { id, result } or
 * { id, error }. The process ends after `leave`, and when its parent is gone.
 * @param {Orders} orders  name → async function (args)
 */
export async function answer(orders) {
  process.on('message', ({ id, order, args }) => {
    void run(order, orders[order], args).then((reply) => {
      const leaving = order === 'leave'
      process.send?.({ id, ...reply }, undefined, undefined, () => leaving && process.exit(0))
    })
  })
  // An orphan has nobody to close for.
  process.once('disconnect', () => process.exit(1))
  // A Ctrl-C goes to all processes of a terminal; the parent decides.
  process.on('SIGINT', () => {})
  process.send?.({ ready: true })
}

/**
 * Something that the parent did not ask for.
 * @param {Record<string, unknown>} news
 */
export function tell(news) {
  if (process.connected) process.send?.({ news })
}

/**
 * @param {string} name
 * @param {Orders[string] | undefined} order
 * @param {unknown} args
 */
async function run(name, order, args) {
  try {
    if (order === undefined) throw new Error(`there is no order "${name}"`)
    return { result: (await order(args)) ?? null }
  } catch (err) {
    return { error: err instanceof Error ? (err.stack ?? err.message) : String(err) }
  }
}
