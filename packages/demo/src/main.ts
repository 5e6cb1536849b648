import { HELP, parseOptions } from './options.mjs'

/**
 * The command line. Imports what has to be installed only after `prepare`.
 * @param argv     without node and the script
 * @param prepare  async function, called once the arguments make sense
 * @returns        exit code, after everything was printed
 */
export async function main(argv, prepare) {
  try {
    const options = parseOptions(argv)
    if (options.help) {
      console.log(HELP)
      return 0
    }

    await prepare()
    const { demo } = await import('./demo.mjs')
    await demo(options)
    return 0
  } catch (err) {
    const isExplained = err.exitCode !== undefined
    console.error(isExplained ? err.message : err.stack)
    return isExplained ? err.exitCode : 1
  }
}
