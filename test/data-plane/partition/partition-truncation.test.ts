import { expect, test } from 'vitest'
import { PartitionTruncation } from '../../../src/data-plane/partition/partition-truncation.ts'

test.each([Number.NaN, -1, 0.5])('a truncation to %d is refused before anything is announced', offset => {
  const steps: string[] = []
  const truncation = new PartitionTruncation({
    log: {
      logEndOffset: 5,
      endBefore: logEndOffset => ({ logEndOffset, ordinal: 0, position: 0 }),
      truncateTo: () => steps.push('truncate')
    },
    readers: { cutTail: () => steps.push('cut') },
    announceEnd: () => steps.push('announce'),
    confirmEnd: () => steps.push('confirm')
  })
  expect(() => truncation.run(offset)).toThrow('a log is cut to an offset')
  expect(steps).toEqual([])
})
