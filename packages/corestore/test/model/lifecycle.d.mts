export function runLifecycle(seed: number): Promise<string>
export function hunt(opts: { seed: number; until: () => boolean }): Promise<{ runs: number; steps: number }>
