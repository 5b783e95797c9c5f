/**
 * What a consumer does with a record: nothing, wait for something outside, or compute. One call is one
 * record.
 *
 * Thread: a consumer's pool thread. `wait` blocks it, as a handler that keeps the order of its partition
 * does.
 */
import type { Clock } from '../../base/clock.ts'
import type { ProcessCost } from '../../planner/units.ts'
import { blockFor } from '../../threads/shared-memory.ts'

export type Handler = () => void

/** The handler of a cost per record; null where a record costs nothing. */
export function makeHandler(process: ProcessCost | null, clock: Clock): Handler | null {
  if (process === null) return null
  const costMs = process.micros / 1000
  if (process.kind === 'wait') return () => blockFor(costMs)
  return () => {
    const until = clock.monotonic() + costMs
    while (clock.monotonic() < until) {
      // Computing: the thread keeps its core.
    }
  }
}
