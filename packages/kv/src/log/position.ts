/** A place in the logs of a store, which have greater numbers the newer they are. */
export interface Position {
  readonly log: number
  readonly offset: number
}

export function isAfter(a: Position, b: Position): boolean {
  return a.log === b.log ? a.offset > b.offset : a.log > b.log
}
