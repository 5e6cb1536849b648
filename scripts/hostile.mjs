// Every attack of test/hostile/ on a store of ours, and what each costs.
// --list: their names. --only=NAME,…: these. --quick: those of npm test. --stock: on npm Corestore, which is not judged.
// --write: with their figures in docs/security.md. --rounds=N: how often each is played at most until its times are judged; with --write once.
import './process/require-node.mjs'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import { attacks } from '../test/hostile/attacks/index.mjs'
import { playAll } from '../test/hostile/judge/play-all.mjs'
import { withFigures } from '../test/hostile/judge/table.mjs'
import { root } from './workspace/root.mjs'

const FILE = join(root, 'docs/security.md')

const { values } = parseArgs({
  options: {
    list: { type: 'boolean', default: false },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    stock: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false }
  }
})
const only = values.only?.split(',')
const unknown = only?.filter((name) => !(name in attacks)) ?? []
if (unknown.length > 0) throw new Error(`There is no attack ${unknown.join(', ')}; --list names them all`)
const names = Object.keys(attacks).filter(
  (name) => only?.includes(name) ?? (!values.quick || attacks[name]?.isQuick)
)

const kind = values.stock ? 'stock' : 'ours'

if (values.list) console.log(names.join('\n'))
else
  await playAll(kind, names, {
    ...(values.rounds || values.write ? { rounds: Number(values.rounds ?? 1) } : {}),
    ...(values.write ? { onoutcome: write } : {})
  })

/** @param {import('../test/hostile/judge/verdict.mjs').Outcome} outcome */
async function write(outcome) {
  const text = withFigures(readFileSync(FILE, 'utf8'), attacks, kind, outcome)
  writeFileSync(FILE, await format(text, { ...(await resolveConfig(FILE)), parser: 'markdown' }))
}
