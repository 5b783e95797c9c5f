/** Every invariant, by its name. */
import { acknowledgedIsNotLost } from './acknowledged-is-not-lost.ts'
import { epochsNeverFall } from './epochs-never-fall.ts'
import { highWatermarkMonotone } from './high-watermark-monotone.ts'
import { idempotentOnce } from './idempotent-once.ts'
import { indexPointsIntoLog } from './index-points-into-log.ts'
import type { InvariantFactory } from './invariant.ts'
import { noPhantomRecord } from './no-phantom-record.ts'
import { noReadAboveHighWatermark } from './no-read-above-high-watermark.ts'
import { nothingLeftAtQuiescence } from './nothing-left-at-quiescence.ts'
import { offsetsDense } from './offsets-dense.ts'
import { oneValuePerOffset } from './one-value-per-offset.ts'
import { producerOrderKept } from './producer-order-kept.ts'
import { recoveryLosesNothing } from './recovery-loses-nothing.ts'
import { ringConservesSlots } from './ring-conserves-slots.ts'

export const ALL_INVARIANTS: Readonly<Record<string, InvariantFactory>> = {
  'epochs-never-fall': epochsNeverFall,
  'high-watermark-monotone': highWatermarkMonotone,
  'acknowledged-is-not-lost': acknowledgedIsNotLost,
  'no-read-above-high-watermark': noReadAboveHighWatermark,
  'one-value-per-offset': oneValuePerOffset,
  'offsets-dense': offsetsDense,
  'producer-order-kept': producerOrderKept,
  'no-phantom-record': noPhantomRecord,
  'idempotent-once': idempotentOnce,
  'recovery-loses-nothing': recoveryLosesNothing,
  'index-points-into-log': indexPointsIntoLog,
  'ring-conserves-slots': ringConservesSlots,
  'nothing-left-at-quiescence': nothingLeftAtQuiescence
}
