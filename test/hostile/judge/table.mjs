import { eventOf, mb, ms } from './bounds.mjs'

/** @typedef {import('./verdict.mjs').Outcome} Outcome */

/** @typedef {import('../attacks/attack.mjs').Attacks} Attacks */

const PLACE = /(<!-- hostile -->)(.*)(<!-- \/hostile -->)/s
const HEAD = [
  'attack',
  'a peer that sends',
  'CPU per KB',
  'loop stands',
  'live',
  'what is said',
  'stock: CPU per KB',
  'loop stands',
  'live'
]
const LINE = Array(HEAD.length).fill('---')
/** Where the figures of a store begin in a row, and how many they are. */
const FIGURES = { ours: { at: 2, count: 4 }, stock: { at: 6, count: 3 } }

/**
 * The attacks of which a document has a row, in its order: what they send, and whether it says what they cost ours.
 * @param {string} text
 * @returns {[name: string, row: { sends: string, isWhole: boolean }][]}
 */
export function attacksIn(text) {
  const { at, count } = FIGURES.ours
  return Array.from(rowsIn(text), ([name, cells]) => [
    name,
    { sends: cells[1] ?? '', isWhole: cells.slice(at, at + count).every((cell) => cell !== '') }
  ])
}

/**
 * A document with the figures of one attack; what else it says stays, if the attacks still exist.
 * @param {string} text
 * @param {Attacks} attacks
 * @param {import('../stage.mjs').Kind} kind
 * @param {Outcome} outcome
 * @returns {string}  not formatted
 */
export function withFigures(text, attacks, kind, outcome) {
  const attack = attacks[outcome.name]
  const rows = rowsIn(text)
  const cells = rows.get(outcome.name) ?? Array(HEAD.length).fill('')
  const event = attack && outcome.rounds.flatMap((round) => eventOf(attack, round) ?? []).at(0)
  const said = event === undefined ? 'nothing' : `\`${event.event}\`: \`${event.code}\``
  const { at, count } = FIGURES[kind]
  cells.splice(at, count, ...[...costs(outcome), said].slice(0, count))
  rows.set(outcome.name, cells)

  const known = Object.entries(attacks).flatMap(([name, { sends }]) => {
    const row = rows.get(name)
    return row === undefined ? [] : [[name, sends, ...row.slice(2)]]
  })
  const table = [HEAD, LINE, ...known].map((row) => `| ${row.join(' | ')} |`).join('\n')
  return text.replace(PLACE, (_whole, start, _old, end) => `${start}\n\n${table}\n\n${end}`)
}

/**
 * CPU and loop of the best of its rounds, because what else the machine did only adds to them; and live memory.
 * @param {Outcome} outcome
 */
function costs({ rounds, died }) {
  if (rounds.length === 0) return [died?.split('\n').at(0) ?? '', '', '']
  const received = Math.max(...rounds.map((round) => round.received)) / 1024
  const cpuMs = Math.min(...rounds.map((round) => round.cpuMs))
  return [
    received < 0.1 ? `${ms(cpuMs)} in all` : `${Number((cpuMs / received).toPrecision(2))} ms`,
    ms(Math.min(...rounds.map(({ loopMaxMs }) => loopMaxMs))),
    mb(Math.max(...rounds.map(({ live }) => live)))
  ]
}

/**
 * @param {string} text
 * @returns {Map<string, string[]>} name → cells
 */
function rowsIn(text) {
  const lines = (PLACE.exec(text)?.[2] ?? '').split('\n').filter((line) => line.startsWith('|'))
  return new Map(
    lines.slice(2).map((line) => {
      const cells = line.split('|').slice(1, -1)
      return [cells[0]?.trim() ?? '', cells.map((cell) => cell.trim())]
    })
  )
}
