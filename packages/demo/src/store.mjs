// The one line that says which Corestore the demo runs on.
export { Corestore } from '@manycore/corestore'
