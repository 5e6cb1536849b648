// What a person reads of a run: medians with the least and the most, and their ratios to the first contender.

/** @typedef {Record<string, number>} Figures  of one run, by what they are */

/** @typedef {{ suite: string, workload: string, contenders: Record<string, Figures[]> }} Row  a workload, with every run of each contender */

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  const [low = NaN, high = NaN] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]]
  return (low + high) / 2
}

/**
 * One workload in one line: the first contender is what the others are divided by, except for parts of one work.
 * @param {Row} row
 */
export function toRow({ suite, workload, contenders }) {
  return `| ${[workload, ...cells(suite, contenders)].join(' | ')} |`
}

/**
 * One table for all workloads, with a row per contender.
 * @param {Row[]} rows
 */
export function toMarkdown(rows) {
  const body = rows.flatMap(({ suite, workload, contenders }) =>
    cells(suite, contenders).map((cell, i) => `| ${i === 0 ? workload : ''} | ${cell.replace(': ', ' | ')} |`)
  )
  return [
    '| workload | contender | median (least to most), ratio to the first |',
    '| --- | --- | --- |',
    ...body
  ].join('\n')
}

/**
 * @param {string} suite
 * @param {Record<string, Figures[]>} contenders
 */
function cells(suite, contenders) {
  const [base = []] = Object.values(contenders)
  return Object.entries(contenders).map(([name, runs]) => {
    const figures = Object.keys(runs[0] ?? {}).map((figure) => {
      /** @param {Figures[]} each */
      const of = (each) => each.map((run) => run[figure] ?? NaN)
      const ratio =
        runs === base || suite === 'floors' ? '' : ` × ${(median(of(runs)) / median(of(base))).toFixed(2)}`
      const spread =
        runs.length > 1 ? ` (${show(Math.min(...of(runs)))} to ${show(Math.max(...of(runs)))})` : ''
      return `${figure} ${show(median(of(runs)))}${spread}${ratio}`
    })
    return `${name}: ${figures.join(', ')}`
  })
}

/** @param {number} value */
function show(value) {
  if (value < 1) return value.toFixed(4)
  return value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en')
}
