/** Names are text in the index, in namespaces and in the names of cores. */
export const NOT_UTF8 = 'its name is not UTF-8'

const GONE = 'it was gone when it was read'
const FORBIDDEN = 'it may not be read'

/** What becomes of a file between two looks at it, or is not for us to see: nothing that should end the demo. */
const REASONS = { ENOENT: GONE, ENOTDIR: GONE, EISDIR: GONE, EACCES: FORBIDDEN, EPERM: FORBIDDEN }

/**
 * Why a file or folder cannot be passed on, for the table.
 * @param err   what reading it failed with
 * @param file  where it is, or was
 * @returns     a reason
 * @throws      err, if that says nothing about this file
 */
export function reasonOf(err, file) {
  const reason = REASONS[err.code]
  if (reason === undefined || (err.path ?? file) !== file) throw err
  return reason
}
