// Where the time goes of a part of a program.
import { writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'

/**
 * @template T
 * @param {string | null} file  gets a profile of the processor as Chrome and others read it; null = none is taken
 * @param {() => Promise<T>} work
 */
export async function profiled(file, work) {
  if (file === null) return work()
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 100 })
  await session.post('Profiler.start')
  const done = await work()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  await writeFile(file, JSON.stringify(profile))
  return done
}
