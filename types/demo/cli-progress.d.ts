// Compile-only: cli-progress 3.12.0 ships no types.
declare module 'cli-progress' {
  interface BarOptions {
    stream: { write(text: string): unknown }
    format: string
    barCompleteChar: string
    barIncompleteChar: string
    barsize: number
    hideCursor: boolean
    autopadding: boolean
    gracefulExit: boolean
  }
  export class SingleBar {
    constructor(opts: BarOptions)
    start(total: number, startValue: number, payload: Record<string, string>): void
    setTotal(total: number): void
    update(current: number, payload: Record<string, string>): void
    stop(): void
  }
}
