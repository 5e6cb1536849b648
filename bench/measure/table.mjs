// What a person reads of a run: medians with least and most, and their ratio to the first contender.

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** One workload in one line: the first contender is what the others are divided by, except for parts of one work. */
export function toRow({ suite, workload, contenders }) {
  return `| ${[workload, ...cells(suite, contenders)].join(' | ')} |`
}

/** A table a workload, one row a contender. */
export function toMarkdown(rows) {
  const body = rows.flatMap(({ suite, workload, contenders }) =>
    Object.keys(contenders).map(
      (name, i) => `| ${i === 0 ? workload : ''} | ${cells(suite, contenders)[i].replace(': ', ' | ')} |`
    )
  )
  return [
    '| workload | contender | median (least to most), ratio to the first |',
    '| --- | --- | --- |',
    ...body
  ].join('\n')
}

function cells(suite, contenders) {
  const [base] = Object.values(contenders)
  return Object.entries(contenders).map(([name, runs]) => {
    const figures = Object.keys(runs[0]).map((figure) => {
      const of = (each) => each.map((run) => run[figure])
      const ratio =
        runs === base || suite === 'floors' ? '' : ` × ${(median(of(runs)) / median(of(base))).toFixed(2)}`
      const spread =
        runs.length > 1 ? ` (${show(Math.min(...of(runs)))} to ${show(Math.max(...of(runs)))})` : ''
      return `${figure} ${show(median(of(runs)))}${spread}${ratio}`
    })
    return `${name}: ${figures.join(', ')}`
  })
}

function show(value) {
  if (value < 1) return value.toFixed(4)
  return value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en')
}
