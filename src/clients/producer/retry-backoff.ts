/**
 * How long to wait before a retry: twice as long each time up to a limit, spread by a fifth either way.
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
  const most = Math.max(settings.retryBackoffMs, settings.retryBackoffMaxMs)
  const wait = Math.min(settings.retryBackoffMs * 2 ** (failures - 1), most)
  return Math.min(wait * (1 - JITTER + 2 * JITTER * random.next()), most)
}
