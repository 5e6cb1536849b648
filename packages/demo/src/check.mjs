import { hashFile } from './blocks.mjs'
import { DemoError } from './errors.mjs'

/** How many differing files an error lists by name. */
const LISTED = 10

/**
 * Compares what the reader got with the source, which is read again here.
 * @param files   of the source: { path, file, size }[]
 * @param hashes  of the reader: [path, sha256][]
 * @param bar     progress
 * @returns       seconds
 * @throws        DemoError that names the files that differ, are missing, or were never in the source
 */
export async function check(files, hashes, bar) {
  const start = performance.now()
  const got = new Map(hashes)
  const totals = { totalFiles: files.length, totalBytes: files.reduce((sum, { size }) => sum + size, 0) }
  const problems = []
  let fileBytes = 0

  for (const [i, { path, file, size }] of files.entries()) {
    const sha256 = got.get(path)
    if (sha256 === undefined) problems.push(`${path}: did not arrive`)
    else if (sha256 !== (await hashNow(file))) problems.push(`${path}: differs, or was changed meanwhile`)
    got.delete(path)
    fileBytes += size
    bar.update({ files: i + 1, fileBytes, ...totals })
  }
  for (const path of got.keys()) problems.push(`${path}: arrived, but the source has no such file`)
  bar.stop()

  if (problems.length > 0) throw new DemoError(describe(problems))
  return (performance.now() - start) / 1000
}

/** A file that cannot be read any more has no hash. */
function hashNow(file) {
  return hashFile(file).catch(() => null)
}

function describe(problems) {
  const more = problems.length > LISTED ? [`and ${problems.length - LISTED} more`] : []
  const title =
    problems.length === 1 ? '1 file is not verified:' : `${problems.length} files are not verified:`
  return [title, ...problems.slice(0, LISTED), ...more].join('\n  ')
}
