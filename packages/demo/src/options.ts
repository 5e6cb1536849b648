import { parseArgs } from 'node:util'
import { usage } from './errors.js'

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

/** What the command line says. */
export interface Options {
  help: boolean
  /** the folder to pass on; null = the default source */
  dir: string | null
  /** where the stores are kept; null = a folder of their own under demo-data/ */
  data: string | null
  isPublic: boolean
  json: boolean
}

/**
 * Node's own parser is enough for four flags and one argument.
 * @param argv  without node and the script
 * @throws      DemoError with exit code 2
 */
export function parseOptions(argv: string[]): Options {
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

type Parsed = ReturnType<typeof parseArgs<typeof GRAMMAR>>

const FLAG = { type: 'boolean', default: false } as const
const GRAMMAR = {
  allowPositionals: true,
  options: { help: FLAG, public: FLAG, json: FLAG, data: { type: 'string' } }
} as const

function parse(args: string[]): Parsed {
  try {
    return parseArgs({ args, ...GRAMMAR })
  } catch (err) {
    throw usage((err as Error).message)
  }
}
