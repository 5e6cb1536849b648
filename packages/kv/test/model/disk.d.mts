export function runDisk(seed: number): Promise<string>
export function hunt(opts: { seed: number; until: () => boolean }): Promise<{ runs: number; faults: number }>
