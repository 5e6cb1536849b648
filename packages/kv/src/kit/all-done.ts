/**
 * As Promise.all, but even if one fails it waits for the others: none goes on behind its caller's back.
 * @throws the first failure, in the order of the promises
 */
export async function allDone<T>(promises: Iterable<Promise<T>>): Promise<T[]> {
  const results = await Promise.allSettled(promises)
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
