// The table of docs/security.md has a row for each attack of test/hostile/, and says of it what the attack says.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { attacks } from '../../test/hostile/attacks/index.mjs'
import { attacksIn } from '../../test/hostile/judge/table.mjs'
import { report } from '../process/report.mjs'
import { checked } from '../workspace/packages.mjs'

const rows = new Map(attacksIn(readFileSync(join(checked, 'docs/security.md'), 'utf8')))

await report({
  'attacks: docs/security.md has the figures of every attack': () =>
    Object.keys(attacks)
      .filter((name) => !rows.has(name))
      .map((name) => `no row: run \`npm run hostile -- --write --only=${name}\``),
  'attacks: docs/security.md has no other attacks, and says what they send': () =>
    Array.from(rows).flatMap(([name, { sends }]) => {
      if (attacks[name] === undefined) return [`${name} is not an attack of test/hostile/`]
      return attacks[name].sends === sends ? [] : [`${name} sends: ${attacks[name].sends}`]
    })
})
