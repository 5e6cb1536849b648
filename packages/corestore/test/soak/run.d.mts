interface Seen {
  copies: number
  equal: number
  elsewhere: number
  problems: string[]
}

interface Held {
  heap: number
  objects: Record<string, number>
  handles: Record<string, number>
  timers: number
  descriptors: number | null
}

export interface Soak {
  step(): Promise<void>
  readonly streams: number
  readonly counts: Record<string, number>
}

export function runSoak(opts: {
  streams: number
  cores: number
  seed: number
  directory: string
  warmUp(soak: Soak): Promise<void>
  work(soak: Soak): Promise<void>
  say?(line: string): void
}): Promise<{
  counts: Record<string, number>
  stores: number
  first: Seen
  last: Seen
  empty: [Held, Held]
  open: [Held, Held]
}>

export function figures(held: [Held, Held], when: string): [string, number, number][]
