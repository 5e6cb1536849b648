export function hunt(opts: { seed: number; until: () => boolean }): Promise<{ runs: number; faults: number }>
