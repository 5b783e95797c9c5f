/**
 * What is going on, for somebody who waits: on a terminal one line with a bar and the time left, which is
 * written over; elsewhere a line for each step.
 */
import { formatDuration, type PlanProgress } from '../index.ts'
import type { Terminal } from './terminal.ts'

const BAR_WIDTH = 20
/** Goes to the begin of the line and clears it. */
const CLEAR_LINE = '\r\u001b[2K'

export class ProgressLine {
  readonly #terminal: Terminal

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show({ text, done, leftSeconds }: PlanProgress): void {
    const { columns, err } = this.#terminal
    if (columns === null) {
      err(`  ${text}\n`)
      return
    }
    const full = Math.round(done * BAR_WIDTH)
    const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full)
    const left = `about ${formatDuration(Math.max(1, Math.round(leftSeconds)) * 1000)} left`
    err(CLEAR_LINE + `${bar} ${left} · ${text}`.slice(0, columns - 1))
  }

  /** Leaves nothing of the line behind. */
  end(): void {
    if (this.#terminal.columns !== null) this.#terminal.err(CLEAR_LINE)
  }
}
