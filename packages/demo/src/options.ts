import { parseArgs } from 'node:util'
import { usage } from './errors.mjs'

export const HELP = `Usage: npm run demo [DIR] [-- options]

Passes a folder on through three processes, over real Hyperswarm connections:
a writer stores every file of DIR as a core of its own, a relay that knows only
keys mirrors them, the writer leaves, and a reader that was given nothing but
the key of the index core gets every file from the relay and checks its SHA-256.

  DIR            folder to pass on; default: this repository and some of the
                 packages it installs (more than 1,000 files, 50 MB)
  --data FOLDER  where the three stores are kept, so that the next run resumes;
                 default: a folder for each DIR under demo-data/
  --public       use the public DHT instead of one on this machine
                 (UNTESTED: where this was written there is no internet)
  --json         print the summary as JSON instead of a table
                 (npm run --silent demo -- --json prints nothing else)
  --help         print this

The table goes to stdout, everything else to stderr. Exit code: 0 when every
file was verified, 1 when not, 2 for wrong arguments, 130 after Ctrl-C.
`

/**
 * Node's own parser is enough for four flags and one argument.
 * @param argv  without node and the script
 * @returns     { help, dir, data, isPublic, json }; dir and data are null when not given
 * @throws      DemoError with exit code 2
 */
export function parseOptions(argv) {
  const { values, positionals } = parse(argv)
  if (positionals.length > 1) throw usage(`one DIR, not ${positionals.length}`)

  return {
    help: values.help,
    dir: positionals[0] ?? null,
    data: values.data ?? null,
    isPublic: values.public,
    json: values.json
  }
}

function parse(args) {
  const flag = { type: 'boolean', default: false }
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { help: flag, public: flag, json: flag, data: { type: 'string' } }
    })
  } catch (err) {
    throw usage(err.message)
  }
}
