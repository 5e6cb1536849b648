import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { NOT_UTF8, reasonOf } from './left-out.mjs'

/**
 * Lists the regular files under a folder; symbolic links and devices are counted, not followed.
 * @param dir     folder
 * @param prefix  what the paths of the result start with: '' or 'name/'
 * @param skip    (absolute path, name) → true for a file or folder to leave out
 * @returns       { files: { path, file, size }[], skipped, leftOut: { path, reason }[] }: path is the name in the index,
 *                with slashes; file is where its bytes are; skipped counts links and devices; leftOut has what cannot
 *                be passed on, such as a name that is not UTF-8. Both lists are sorted by path
 */
export async function scan(dir, { prefix = '', skip = () => false } = {}) {
  const files = []
  const leftOut = []
  let skipped = 0

  await walk(dir, prefix)
  return { files: files.toSorted(byPath), skipped, leftOut: leftOut.toSorted(byPath) }

  async function walk(folder, path) {
    for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
      const name = entry.name.toString()
      const isText = Buffer.from(name).equals(entry.name)
      const file = join(folder, name)
      if (skip(file, name)) continue
      if (!isText) leftOut.push({ path: path + name, reason: NOT_UTF8 })
      else if (entry.isDirectory()) await attempt(file, path + name, () => walk(file, `${path}${name}/`))
      else if (entry.isFile()) await attempt(file, path + name, () => add(file, path + name))
      else skipped++
    }
  }

  async function add(file, path) {
    files.push({ path, file, size: (await stat(file)).size })
  }

  async function attempt(file, path, work) {
    try {
      await work()
    } catch (err) {
      leftOut.push({ path, reason: reasonOf(err, file) })
    }
  }
}

function byPath(a, b) {
  return a.path < b.path ? -1 : 1
}
