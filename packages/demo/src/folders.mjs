/**
 * A namespace for each folder, chained as the folders are: the file `a/b/c.txt` is the core named `c.txt` in
 * `store.namespace('files').namespace('a').namespace('b')`.
 * @returns  function: path of a file → { store, name } to get its core with
 */
export function folders(root) {
  const open = new Map([['', root.namespace('files')]])

  return (path) => {
    const { folder, name } = split(path)
    return { store: storeOf(folder), name }
  }

  function storeOf(folder) {
    const known = open.get(folder)
    if (known) return known

    const { folder: parent, name } = split(folder)
    const store = storeOf(parent).namespace(name)
    open.set(folder, store)
    return store
  }
}

function split(path) {
  const slash = path.lastIndexOf('/')
  return { folder: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) }
}
