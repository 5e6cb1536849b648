// One measurement in a process of its own: work.mjs WORKLOAD STORE SCALE DIRECTORY [PHASE] → JSON
import { STORES } from './stores.mjs'
import { WORKLOADS } from './workloads.mjs'

const [workload, store, scale, directory, phase] = process.argv.slice(2)
const open = () => STORES[store](directory)
const figures = await WORKLOADS[workload]({ open, scale: Number(scale), directory, phase })
const { maxRSS } = process.resourceUsage()
process.stdout.write(JSON.stringify({ ...figures, peakMegabytes: maxRSS / 1000 }))
