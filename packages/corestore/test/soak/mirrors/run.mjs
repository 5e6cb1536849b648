import { MirrorSoak } from './soak.mjs'

/**
 * One soak in parts. After each nothing changes until all are level; then copies are compared, and memory is measured.
 * @param opts       seed, cores (of each store), directory; without: steps that are left out
 * @param opts.work  for each part, a function that does its steps, called with the soak
 * @param opts.say   gets a line about each part
 * @returns          { counts, parts, problems }: of each part, the figures of each store, by name
 */
export async function runMirrorSoak({ work, say = () => {}, ...opts }) {
  const soak = new MirrorSoak(opts)
  const [parts, problems] = [[], []]
  try {
    await soak.open()
    for (const steps of work) {
      await steps(soak)
      const begun = performance.now()
      const wrong = await soak.settle()
      const levelMs = performance.now() - begun
      problems.push(...wrong)
      const figures = await soak.figures()
      parts.push(figures)
      say({ counts: { ...soak.counts }, figures, levelMs, wrong })
    }
  } finally {
    await soak.close()
  }
  return { counts: soak.counts, parts, problems: [...new Set([...soak.problems, ...problems])] }
}
