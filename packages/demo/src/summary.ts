import Table from 'cli-table3'
import type { Result, Step } from './run.js'
import type { LeftOut } from './source/scan.js'

/** How many files that were left out are listed by name. */
const LISTED = 20

/** The result for a person: a table of the steps, one of what was left out, if anything was, and what it means. */
export function summarize({ key, files, bytes, leftOut, steps }: Result): string {
  const moved = steps.reduce((sum, { blocks = 0 }) => sum + blocks, 0)
  const found = steps.reduce((sum, { alreadyThere = 0 }) => sum + alreadyThere, 0)
  return [
    table(steps),
    ...(leftOut.length > 0 ? [leftOutTable(leftOut)] : []),
    `Index core: ${key}`,
    `This run wrote or sent ${count(moved)} blocks; ${count(found)} were already there from earlier runs.`,
    `All ${count(files)} files (${megabytes(bytes)}) arrived at the reader with the SHA-256 of their source.`
  ].join('\n')
}

function table(steps: Step[]): string {
  const grid = new Table({
    head: ['step', 'process', 'cores', 'blocks', 'bytes', 'already there', 'seconds', 'MB/s'],
    colAligns: ['left', ...Array.from({ length: 7 }, () => 'right' as const)],
    style: { head: [], border: [] }
  })

  for (const { step, pid, cores, blocks, bytes, alreadyThere, seconds } of steps) {
    grid.push([
      step,
      String(pid),
      ...[cores, blocks].map((number) => (number === undefined ? '' : count(number))),
      count(bytes),
      alreadyThere === undefined ? '' : `${count(alreadyThere)} blocks`,
      seconds.toFixed(2),
      rate(bytes, seconds)
    ])
  }
  return grid.toString()
}

function leftOutTable(leftOut: LeftOut[]): string {
  const grid = new Table({ head: ['left out', 'why'], style: { head: [], border: [] } })
  for (const { path, reason } of leftOut.slice(0, LISTED)) grid.push([path, reason])
  if (leftOut.length > LISTED) grid.push([`and ${count(leftOut.length - LISTED)} more`, ''])
  return grid.toString()
}

/** Bytes in seconds → MB/s, '–' when nothing moved. */
function rate(bytes: number, seconds: number): string {
  if (bytes === 0) return '–'
  const rate = bytes / 1e6 / seconds
  return rate < 0.05 ? '<0.1' : rate.toFixed(1)
}

/** 1234567 → '1,234,567' */
export function count(number: number): string {
  return number.toLocaleString('en')
}

/** Bytes → '1.2 MB', of a million bytes each. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
