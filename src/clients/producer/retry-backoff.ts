/**
 * How long to wait before a retry: twice as long each time up to a limit, spread by a fifth either way. Where
 * the first wait is the limit already, it is always that.
 *
 * Kafka: common/utils/ExponentialBackoff (KIP-580).
 */
import type { Random } from '../../base/random.ts'

const JITTER = 0.2

interface BackoffSettings {
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
}

/** @param failures how often it failed so far, from 1 */
export function backoffMs(failures: number, settings: BackoffSettings, random: Random): number {
  const { retryBackoffMs: first, retryBackoffMaxMs: most } = settings
  if (most <= first) return most
  const wait = Math.min(first * 2 ** (failures - 1), most)
  return Math.min(wait * (1 - JITTER + 2 * JITTER * random.next()), most)
}
