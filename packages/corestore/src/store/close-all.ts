/**
 * Runs every step although some fail.
 * @param message  of the AggregateError
 * @param errors   what had failed before
 * @param mode     'in turn' waits for each step before the next one; 'together' starts all at once
 * @throws the one error, or an AggregateError of several
 */
export async function closeAll(
  message: string,
  steps: readonly (() => Promise<unknown>)[],
  errors: unknown[] = [],
  mode: 'in turn' | 'together' = 'in turn'
): Promise<void> {
  const failed = [...errors]
  const run = (step: () => Promise<unknown>): Promise<unknown> =>
    step().catch((err: unknown) => failed.push(...(err instanceof AggregateError ? err.errors : [err])))
  if (mode === 'together') await Promise.all(steps.map(run))
  else for (const step of steps) await run(step)
  if (failed.length === 1) throw failed[0]
  if (failed.length > 1) throw new AggregateError(failed, message)
}
