import { createRequire } from 'node:module'

/** `Interface.member` → the Hypercore that brought it, newer than the oldest that is supported. */
export const SINCE: Record<string, string> = { 'Hypercore.count': '11.39' }

const { version } = createRequire(import.meta.url)('hypercore/package.json') as { version: string }

/** Those that the Hypercore which is installed has not. */
export const NOT_YET: ReadonlySet<string> = new Set(
  Object.keys(SINCE).filter((member) => isOlder(version, SINCE[member]!))
)

/** For the name of a test that passes over them; '' where there are none. */
export const BUT_FOR: string =
  NOT_YET.size === 0 ? '' : ` (but for ${[...NOT_YET].join(', ')}: Hypercore ${version} has none)`

function isOlder(has: string, needs: string): boolean {
  const [a, b] = [has, needs].map((each) => each.split('.').map(Number)) as [number[], number[]]
  return a[0]! < b[0]! || (a[0] === b[0] && a[1]! < b[1]!)
}
