/**
 * Runs work over a list, some at a time, in order of start. The first failure ends it: nothing more is started.
 * @param list   anything iterable
 * @param limit  how many run at once
 * @param work   async (item) → ignored
 */
export async function each(list, limit, work) {
  const rest = list[Symbol.iterator]()
  let failed = false

  await Promise.all(Array.from({ length: limit }, run))

  async function run() {
    for (let next = rest.next(); !next.done && !failed; next = rest.next()) {
      try {
        await work(next.value)
      } catch (err) {
        failed = true
        throw err
      }
    }
  }
}
