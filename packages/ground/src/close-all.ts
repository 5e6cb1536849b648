/**
 * Runs every step, although some fail. What has failed before is a step that throws it.
 * @param what   begins the message of the AggregateError: "closing the store"
 * @param steps  functions; what they return is waited for
 * @param how    'in turn' waits for each step before it runs the next one; 'together' starts all at once
 * @throws what failed, if that is one error; else an AggregateError, flat: its `errors` are in the order of the steps
 */
export async function closeAll(
  what: string,
  steps: Iterable<() => unknown>,
  how: 'in turn' | 'together' = 'in turn'
): Promise<void> {
  const running: Promise<unknown[]>[] = []
  for (const step of steps) {
    const failed = failuresOf(step)
    running.push(failed)
    if (how === 'in turn') await failed
  }
  const failed = (await Promise.all(running)).flat()
  if (failed.length === 1) throw failed[0]
  if (failed.length > 1) throw new AggregateError(failed, `${what}: ${failed.length} steps failed`)
}

async function failuresOf(step: () => unknown): Promise<unknown[]> {
  try {
    await step()
    return []
  } catch (err) {
    return err instanceof AggregateError ? err.errors : [err]
  }
}
