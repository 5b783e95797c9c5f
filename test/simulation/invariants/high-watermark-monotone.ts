/**
 * The high watermark of a partition never falls, nor its byte counts; log start <= LSO <= HW <= LEO in each
 * view.
 */
import type { Invariant, InvariantFactory } from './invariant.ts'

export const highWatermarkMonotone: InvariantFactory = (_world, report): Invariant => ({
  published({ partition, before, after, versions }) {
    const say = (text: string): void => report(`partition ${partition.simulated.index}: ${text}`)
    const { logStartOffset, lastStableOffset, highWatermark, logEndOffset } = after
    if (
      logStartOffset > lastStableOffset ||
      lastStableOffset > highWatermark ||
      highWatermark > logEndOffset
    ) {
      say(`${logStartOffset} <= ${lastStableOffset} <= ${highWatermark} <= ${logEndOffset} must hold`)
    }
    if (after.lsoBytes > after.hwBytes || after.hwBytes > after.leoBytes)
      say('bytes are ordered as offsets are')
    if ((after.truncationGeneration & 1) !== 0) say('nothing was truncated, but the generation is odd')
    if (versions !== 1) say(`one step published ${versions} views`)
    if (before === null) return
    if (highWatermark < before.highWatermark) {
      say(`the high watermark fell from ${before.highWatermark} to ${highWatermark}`)
    }
    if (after.hwBytes < before.hwBytes) say(`hwBytes fell from ${before.hwBytes} to ${after.hwBytes}`)
    if (after.logStartOffset < before.logStartOffset) say('the log start offset fell')
  }
})
