import { SingleBar } from 'cli-progress'
import { progressText } from './format.mjs'

/**
 * A bar that is drawn over and over, for a terminal.
 * @param stream  of the terminal
 * @param label   what stands before the bar
 * @returns       { update(counts), stop() }: counts as a Tally reports them; stop() leaves the bar as it is
 */
export function progressBar(stream, label) {
  const bar = new SingleBar({
    stream,
    format: `${label}{bar} {percentage}%  {text}  {duration_formatted}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    autopadding: true,
    // Whoever made the bar stops it, after the processes have ended.
    gracefulExit: false
  })
  bar.start(1, 0, { text: '' })

  return {
    update(counts) {
      bar.setTotal(Math.max(counts.totalBytes, 1))
      bar.update(counts.totalBytes === 0 ? 1 : counts.fileBytes, { text: progressText(counts) })
    },
    stop: () => bar.stop()
  }
}
