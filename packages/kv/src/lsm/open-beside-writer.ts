import { OPEN_ATTEMPTS } from '../defaults.js'
import { EngineError } from '../errors.js'

/**
 * Opens a store that someone else may be writing. A file may be removed between the reading of its name and of itself, and
 * one that is being written may be read in part: then all is read anew. What fails twice in the same way is damage.
 * @param open    reads everything, and changes nothing
 * @param forget  what was found so far of the files, which open() finds again
 * @throws ENGINE_CORRUPT; ENGINE_FAILED when it changed each time
 */
export async function openBesideWriter<T>(open: () => Promise<T>, forget: () => Promise<void>): Promise<T> {
  let failure: EngineError | null = null
  for (let attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
    try {
      return await open()
    } catch (err) {
      if (!(err instanceof EngineError) || err.code !== 'ENGINE_CORRUPT') throw err
      if (err.message === failure?.message) throw err
      failure = err
      await forget()
    }
  }
  const message = `the store was changed by its writer while it was read, ${OPEN_ATTEMPTS} times in a row: open it again`
  throw new EngineError('ENGINE_FAILED', message, { cause: failure })
}
