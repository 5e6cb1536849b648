interface Figures {
  live: number
  resident: number
  cores: number
  reports: Record<string, number>
}

export interface MirrorSoak {
  step(): Promise<void>
}

export interface Part {
  counts: Record<string, number>
  figures: Record<string, Figures | null>
  levelMs: number
  wrong: string[]
}

export function runMirrorSoak(opts: {
  seed: number
  cores: number
  directory: string
  without?: readonly string[]
  work: ((soak: MirrorSoak) => Promise<void>)[]
  say?(part: Part): void
}): Promise<{ counts: Record<string, number>; parts: Record<string, Figures | null>[]; problems: string[] }>
