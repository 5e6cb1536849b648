// npm run build: what npm test and npm run demo do first.
import { setup } from './build/setup.mjs'

await setup()
