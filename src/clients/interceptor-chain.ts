/**
 * A list of interceptors, of a producer or a consumer. One that throws is passed over, with a warning the
 * first time: what it was given goes on as the one before it left it.
 *
 * Thread: the client's.
 */
import { configError } from '../config/define-config.ts'

/** What every interceptor may have, whatever else it does. */
interface Closable {
  close?(): void
}

export class InterceptorChain<I extends Closable> {
  readonly all: readonly I[]
  /** Hooks that threw before. */
  readonly #warned = new Map<I, Set<string>>()

  private constructor(all: readonly I[]) {
    this.all = all
  }

  /**
   * @param setting `interceptor.classes`
   * @param hooks what such an interceptor may have, as a sentence says it
   * @returns null if there are none
   */
  static of<I extends Closable>(setting: object | null, hooks: string): InterceptorChain<I> | null {
    if (setting === null) return null
    if (!Array.isArray(setting) || !setting.every(value => typeof value === 'object' && value !== null)) {
      throw configError(`interceptor.classes must be a list of objects with ${hooks}.`)
    }
    return setting.length === 0 ? null : new InterceptorChain<I>([...setting])
  }

  close(): void {
    for (const interceptor of this.all) {
      try {
        interceptor.close?.()
      } catch (error) {
        this.passOver(interceptor, 'close', error)
      }
    }
  }

  /** A hook threw: a warning, once per interceptor and hook, for it may throw every time. */
  passOver(interceptor: I, hook: string, error: unknown): void {
    const warned = this.#warned.get(interceptor) ?? new Set()
    this.#warned.set(interceptor, warned)
    if (warned.has(hook)) return
    warned.add(hook)
    const reason = error instanceof Error ? error.message : String(error)
    process.emitWarning(`An interceptor threw in ${hook} and was passed over; the first time: ${reason}`, {
      code: 'HIGHWATER_INTERCEPTOR'
    })
  }
}
