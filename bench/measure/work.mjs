// One measurement in a process of its own: work.mjs SUITE WORKLOAD CONTENDER SCALE DIRECTORY PHASE → JSON
import { mkdir } from 'node:fs/promises'

const [suite = '', workload = '', contender = '', scale, directory = '', phase = ''] = process.argv.slice(2)
const { WORKLOADS } = await import(`../${suite}/workloads.mjs`)
const { [phase]: work } = WORKLOADS[workload]

const { CONTENDERS } = await import(`../${suite}/contenders.mjs`)
await mkdir(directory, { recursive: true })
const figures = await work({ contender: CONTENDERS[contender], scale: Number(scale), directory })
const peakMegabytes = process.resourceUsage().maxRSS / 1000
// Whatever a contender left open must not keep a measurement from ending.
process.stdout.write(JSON.stringify({ ...figures, peakMegabytes }), () => process.exit())
