import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Lists the regular files under a folder; symbolic links and devices are counted, not followed.
 * @param dir     folder
 * @param prefix  what the paths of the result start with: '' or 'name/'
 * @param skip    (absolute path, name) → true for a file or folder to leave out
 * @returns       { files: { path, file, size }[], skipped }: path is the name in the index, with slashes; file
 *                is where its bytes are; sorted by path
 */
export async function scan(dir, { prefix = '', skip = () => false } = {}) {
  const files = []
  let skipped = 0

  await walk(dir, prefix)
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { files, skipped }

  async function walk(folder, path) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const file = join(folder, entry.name)
      if (skip(file, entry.name)) continue
      if (entry.isDirectory()) await walk(file, `${path}${entry.name}/`)
      else if (entry.isFile()) files.push({ path: path + entry.name, file, size: (await stat(file)).size })
      else skipped++
    }
  }
}
