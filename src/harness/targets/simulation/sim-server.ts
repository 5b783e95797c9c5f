/**
 * Something that does one thing after another: a connection, a partition, a consumer. Its queue, what it is
 * at, and how much of that is done.
 */

/** A piece of work: so many records that came at a moment. */
interface Work {
  readonly records: number
}

export class SimServer<W extends Work> {
  /** Milliseconds of finished work. */
  #busyMs = 0
  #records = 0
  #current: W | null = null
  #startedMs = 0
  #finishMs = 0
  /** Taken from `#next` on, so that a long queue costs no shifting. */
  #queue: W[] = []
  #next = 0

  get isIdle(): boolean {
    return this.#current === null
  }

  enqueue(work: W): void {
    this.#queue.push(work)
  }

  /** The next piece of work, off the queue. */
  dequeue(): W | undefined {
    const work = this.#queue[this.#next]
    if (work === undefined) return undefined
    this.#next += 1
    if (this.#next > 1024 && this.#next * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#next)
      this.#next = 0
    }
    return work
  }

  start(work: W, nowMs: number, finishMs: number): void {
    this.#current = work
    this.#startedMs = nowMs
    this.#finishMs = finishMs
  }

  finish(nowMs: number): W | null {
    const done = this.#current
    this.#records += done?.records ?? 0
    this.#busyMs += nowMs - this.#startedMs
    this.#current = null
    return done
  }

  /** Records done by `nowMs`, those of unfinished work among them as far as it has come. */
  recordsAt(nowMs: number): number {
    if (this.#current === null || this.#finishMs <= this.#startedMs) return this.#records
    const share = (nowMs - this.#startedMs) / (this.#finishMs - this.#startedMs)
    return this.#records + Math.floor(Math.min(1, share) * this.#current.records)
  }

  busyAt(nowMs: number): number {
    return this.#current === null ? this.#busyMs : this.#busyMs + nowMs - this.#startedMs
  }
}
