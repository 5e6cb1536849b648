// npm run demo: installs, builds, and passes a folder on through three processes. --help says more.
import './process/require-node.mjs'
import { main } from '../packages/demo/src/main.mjs'
import { setup } from './build/setup.mjs'

process.exitCode = await main(process.argv.slice(2), setup)
