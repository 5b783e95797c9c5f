/**
 * Life of one partition thread as the broker sees it: a state machine without threads or timers.
 *
 *   none      needed ─▶ starting
 *   starting  started ─▶ its time begins · online ─▶ online · silent too long ─▶ dying
 *   online    heartbeat still while work waits ─▶ dying · asked to stop ─▶ stopping
 *   dying     confirmed end ─▶ starting, or offline: on the third death within 10 s, or of one start after
 *             another, or if the log is poisoned
 *   stopping  confirmed end ─▶ none
 *   offline   the broker answers the rings; it has the host's role then
 *
 * A thread that ends by itself in `starting` or `online` is treated as in `dying`. One that serves several
 * partitions may die of one of them: for the others it is a restart that does not count.
 * Thread: the broker.
 */
import { RUN_STATE_POISONED, RUN_STATE_RECOVERING } from '../threads/control-block.ts'

export type HostState = 'none' | 'starting' | 'online' | 'dying' | 'stopping' | 'offline'

/** What the broker has to do now. */
export type HostEffect = 'none' | 'start' | 'abort' | 'ask-to-stop' | 'go-offline' | 'release'

interface HostSigns {
  readonly runState: number
  /** Changes whenever the thread does something, for whichever of its partitions. */
  readonly heartbeat: number
  /** Whether a batch or a command waits for the host. */
  readonly workWaiting: boolean
}

const DEATHS_MAX = 3
const DEATHS_WINDOW_MS = 10_000
/**
 * Until a new thread says that it recovers. It starts in 30 to 90 ms; where others want its core, far more.
 */
const START_MS = 30_000
/** For a recovery: reading one segment of 1 GiB and flushing it, on a slow disk. */
const RECOVERY_MS = 120_000
const STILL_MS = 5_000
/** For a last flush. */
const STOP_MS = 60_000

export class Supervisor {
  #state: HostState = 'none'
  #deaths: number[] = []
  /** Threads one after another that ended before they served: each may take longer than the window. */
  #failedStarts = 0
  #hasServed = false
  /** When the state was entered, or in `online` when the last sign of life was seen. */
  #since = 0
  #heartbeat = 0

  get state(): HostState {
    return this.#state
  }

  /** The partition is used. */
  needed(now: number): HostEffect {
    if (this.#state !== 'none') return 'none'
    this.#enter('starting', now)
    return 'start'
  }

  /** The thread begins to run: before, it may have waited for its turn as long as that took. */
  started(now: number): void {
    if (this.#state === 'starting') this.#since = now
  }

  /** The thread serves. */
  online(now: number): HostEffect {
    this.#failedStarts = 0
    this.#hasServed = true
    if (this.#state === 'starting') this.#enter('online', now)
    return 'none'
  }

  /** The cluster closes. */
  stop(now: number): HostEffect {
    const before = this.#state
    if (before === 'none' || before === 'offline') {
      this.#enter('none', now)
      return 'release'
    }
    this.#enter('stopping', now)
    return before === 'dying' || before === 'stopping' ? 'none' : 'ask-to-stop'
  }

  /** Looks at the thread, every now and then. */
  tick(now: number, signs: HostSigns): HostEffect {
    if (this.#state === 'online') return this.#tickOnline(now, signs)
    if (this.#state !== 'dying' && signs.heartbeat !== this.#heartbeat) {
      this.#heartbeat = signs.heartbeat
      this.#since = now
    }
    const permitted = this.#permittedMs(signs)
    if (permitted === null || now - this.#since < permitted) return 'none'
    if (this.#state === 'starting') this.#enter('dying', now)
    else this.#since = now
    return 'abort'
  }

  #permittedMs({ runState }: HostSigns): number | null {
    if (this.#state === 'stopping') return STOP_MS
    if (this.#state !== 'starting') return null
    return runState === RUN_STATE_RECOVERING ? RECOVERY_MS : START_MS
  }

  #tickOnline(now: number, { heartbeat, workWaiting }: HostSigns): HostEffect {
    if (heartbeat !== this.#heartbeat || !workWaiting) {
      this.#heartbeat = heartbeat
      this.#since = now
    }
    if (now - this.#since < STILL_MS) return 'none'
    this.#enter('dying', now)
    return 'abort'
  }

  /** The confirmed end of the thread. @param isBlamed false: it died of another partition */
  ended(now: number, runState: number, isBlamed = true): HostEffect {
    if (this.#state === 'stopping') {
      this.#enter('none', now)
      return 'release'
    }
    if (!isBlamed && runState !== RUN_STATE_POISONED) {
      this.#enter('starting', now)
      return 'start'
    }
    this.#deaths = [...this.#deaths.filter(death => now - death < DEATHS_WINDOW_MS), now]
    if (!this.#hasServed) this.#failedStarts++
    this.#hasServed = false
    const deaths = Math.max(this.#deaths.length, this.#failedStarts)
    if (runState === RUN_STATE_POISONED || deaths >= DEATHS_MAX) {
      this.#enter('offline', now)
      return 'go-offline'
    }
    this.#enter('starting', now)
    return 'start'
  }

  #enter(state: HostState, now: number): void {
    this.#state = state
    this.#since = now
  }
}
