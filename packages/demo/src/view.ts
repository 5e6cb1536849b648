import { SingleBar } from 'cli-progress'
import { LINE_MS } from './defaults.js'
import type { Progress } from './process/messages.js'
import type { Source } from './source/find.js'
import { count, megabytes } from './summary.js'

/** Where a person looks: process.stderr. */
export interface Output {
  isTTY?: boolean
  write(text: string): unknown
}

/** The progress of one step. */
export interface Bar {
  update(progress: Progress): void
  /** Leaves what is shown as it is. */
  stop(): void
}

/** What a person sees while the demo runs: a terminal gets bars, anything else a line now and then. */
export class View {
  readonly #output: Output
  #current: Bar | null = null

  constructor(output: Output) {
    this.#output = output
  }

  source({ title, data, files, bytes, skipped, leftOut }: Source): void {
    this.#line('source', `${title}: ${count(files.length)} files, ${megabytes(bytes)}`)
    if (skipped > 0) this.#line('', `${count(skipped)} symbolic links or devices are left out`)
    if (leftOut.length > 0)
      this.#line('', `${count(leftOut.length)} that cannot be read as files are left out: see the table`)
    this.#line('stores', data)
  }

  /** @param nodes  of the loopback DHT; null = the public one */
  dht(nodes: number | null): void {
    this.#line('dht', nodes === null ? 'the public one (untested)' : `${nodes} nodes on 127.0.0.1`)
  }

  /** What becomes of a process. */
  role(name: string, news: string): void {
    this.#line(name, news)
  }

  /** Starts the progress of a step. One at a time. */
  bar(step: string): Bar {
    const bar = this.#output.isTTY ? progressBar : progressLines
    const current = bar(this.#output, label(step))
    this.#current = current
    return { update: (progress) => current.update(progress), stop: () => this.end() }
  }

  /** Stops what is still moving. */
  end(): void {
    this.#current?.stop()
    this.#current = null
  }

  #line(name: string, text: string): void {
    this.#output.write(`${label(name)}${text}\n`)
  }
}

function label(name: string): string {
  return name.padEnd(8)
}

/** A bar that is drawn over and over, for a terminal. */
function progressBar(stream: Output, label: string): Bar {
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
    update(progress) {
      bar.setTotal(Math.max(progress.totalBytes, 1))
      bar.update(progress.totalBytes === 0 ? 1 : progress.fileBytes, { text: progressText(progress) })
    },
    stop: () => bar.stop()
  }
}

/** For a file or a pipe: a line for the first news, then one every LINE_MS, and the last news. */
function progressLines(stream: Output, label: string): Bar {
  let last = -Infinity
  let unsaid: Progress | null = null

  return {
    update(progress) {
      unsaid = progress
      if (performance.now() - last >= LINE_MS) say()
    },
    stop: say
  }

  function say(): void {
    if (!unsaid) return
    stream.write(`${label}${progressText(unsaid)}\n`)
    unsaid = null
    last = performance.now()
  }
}

/** '303 of 2,013 files, 14.0 of 64.3 MB' */
function progressText({ files, fileBytes, totalFiles, totalBytes }: Progress): string {
  return `${count(files)} of ${count(totalFiles)} files, ${(fileBytes / 1e6).toFixed(1)} of ${megabytes(totalBytes)}`
}
