// npm run demo: installs, builds, and passes a folder on through three processes. --help says more.
import './require-node.mjs'
import { HELP, UsageError, parseOptions } from '../packages/demo/src/options.mjs'
import { setup } from './setup.mjs'

process.exitCode = await demo(process.argv.slice(2))

async function demo(argv) {
  try {
    const options = parseOptions(argv)
    if (options.help) {
      console.log(HELP)
      return 0
    }

    await setup()
    // Imported late: what it needs may have been installed just now.
    const { main } = await import('../packages/demo/src/main.mjs')
    return await main(options)
  } catch (err) {
    console.error(err instanceof UsageError ? `${err.message}; see --help` : err.stack)
    return err instanceof UsageError ? 2 : 1
  }
}
