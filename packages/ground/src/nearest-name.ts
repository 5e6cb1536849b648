/** How many edits a misspelling has at most: one in a name of this many letters, then one more per as many letters. */
const LETTERS_PER_EDIT = 4
const MOST_EDITS = 2

/**
 * The known name that a misspelled one was most likely meant to be: it differs in case, or by an edit or two, where an
 * edit inserts, deletes or replaces a letter, or swaps two neighbours. Our own code because it is inlined into every
 * package and loaded at start; a dependency would be one of each.
 * @returns null if none is that near
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  const wanted = name.toLowerCase()
  const most = Math.min(MOST_EDITS, Math.max(1, Math.floor(name.length / LETTERS_PER_EDIT)))
  let nearest: string | null = null
  let fewest = Math.min(most + 1, name.length)
  for (const each of known) {
    const edits = countEdits(wanted, each.toLowerCase())
    if (edits < fewest) {
      nearest = each
      fewest = edits
    }
  }
  return nearest
}

/** The optimal string alignment distance, a row of its matrix at a time. */
function countEdits(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < to.length; j++) {
      const replaced = row[j]! + (from[i] === to[j] ? 0 : 1)
      const swapped = j > 0 && from[i] === to[j - 1] && from[i - 1] === to[j] ? before[j - 1]! + 1 : Infinity
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1, swapped))
    }
    before = row
    row = next
  }
  return row.at(-1)!
}
