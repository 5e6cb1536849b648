#!/usr/bin/env node
// The demo, where everything is installed and built already; `npm run demo` sees to that first.
import { main } from './dist/main.js'

process.exitCode = await main(process.argv.slice(2))
