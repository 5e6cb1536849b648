export function hunt(opts: {
  seed: number
  until: () => boolean
  path?: string
  isShrunk?: boolean
}): Promise<{ runs: number; steps: number }>

export function play(history: {
  storages: string[]
  cores: { store: number; blocks: number; copies: number[] }[]
  steps: { name: string; [field: string]: unknown }[]
  shape: 'all' | 'line' | 'star'
}): Promise<number>
