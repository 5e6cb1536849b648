export * from './dist/index.js'
export { Corestore as default } from './dist/index.js'
