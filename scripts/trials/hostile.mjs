// The attacks of test/hostile/ that take a minute together; all of them are `npm run hostile`, which also judges the times:
// the machine that runs the tests may do other things as well.
import { attacks } from '../../test/hostile/attacks/index.mjs'
import { playAll } from '../../test/hostile/judge/play-all.mjs'

await playAll(
  'ours',
  Object.entries(attacks).flatMap(([name, { isQuick }]) => (isQuick ? [name] : [])),
  { judgesTimes: false }
)
