// Compile-only: events-universal 1.0.1 ships no types. It is Node's EventEmitter, or bare-events on Bare.
declare module 'events-universal' {
  import { EventEmitter } from 'node:events'
  export { EventEmitter }
}
