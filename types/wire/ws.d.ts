// Compile-only: ws 8.23.0 ships no types. Of its members, those that examples use.
declare module 'ws' {
  import type { Duplex } from 'node:stream'
  import type { EventEmitter } from 'node:events'

  class WebSocket extends EventEmitter {
    constructor(address: string)
  }
  class WebSocketServer extends EventEmitter {
    constructor(opts: { port: number; host?: string })
    address(): { port: number }
    close(callback?: () => void): void
  }
  export function createWebSocketStream(socket: WebSocket): Duplex
  export { WebSocket, WebSocketServer }
}
