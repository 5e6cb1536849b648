/**
 * Runs work over a list, some at a time, in order of start. The first failure ends it: nothing more is started.
 * @param limit  how many run at once
 */
export async function each<T>(
  list: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>
): Promise<void> {
  const rest = list[Symbol.iterator]()
  let failed = false

  await Promise.all(Array.from({ length: limit }, run))

  async function run(): Promise<void> {
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
