// npm run demo: installs, builds, and passes a folder on through three processes. --help says more.
import { setup } from './build/setup.mjs'

await setup()
await import('../packages/demo/bin.mjs')
