/**
 * Waits for every step, whether others fail or not.
 * @throws  AggregateError of all that failed, flat
 */
export async function settle(what: string, steps: Iterable<Promise<unknown>>): Promise<void> {
  const errors: unknown[] = []
  for (const result of await Promise.allSettled(steps)) {
    if (result.status === 'fulfilled') continue
    if (result.reason instanceof AggregateError) errors.push(...result.reason.errors)
    else errors.push(result.reason)
  }
  if (errors.length > 0) throw new AggregateError(errors, `${what}: ${errors.length} failed`)
}
