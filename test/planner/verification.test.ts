import { expect, test } from 'vitest'
import { judgeVerification, notVerified, type VerificationRun } from '../../src/planner/verification.ts'

const HELD: VerificationRun = {
  partitions: 30,
  targetThroughput: 120e6,
  offeredRate: 120e6,
  achievedRate: 120e6,
  lagSlope: 0,
  verdict: { bottleneck: 'none', evidence: 'Nothing was full: loader 40 %.' }
}

test.each<[string, Partial<VerificationRun>, boolean, boolean, string]>([
  [
    'all came out',
    {},
    true,
    true,
    '30 partitions held: 120 MB/s of 120 MB/s offered, and the backlog did not grow.'
  ],
  [
    'exactly 98 % came out',
    { achievedRate: 0.98 * 120e6 },
    true,
    true,
    '30 partitions held: 118 MB/s of 120 MB/s'
  ],
  [
    'less than 98 % came out',
    { achievedRate: 0.975 * 120e6 },
    true,
    false,
    '30 partitions did not hold: consumers finished 117 MB/s of 120 MB/s offered (98 %).'
  ],
  ['the backlog jittered', { lagSlope: 1.2e6 }, true, true, '30 partitions held'],
  [
    'the backlog grew',
    { achievedRate: 118e6, lagSlope: 2e6 },
    true,
    false,
    '30 partitions did not hold: the backlog grew by 2 MB/s at 118 MB/s of 120 MB/s offered.'
  ],
  ['the backlog shrank', { lagSlope: -9e6 }, true, true, '30 partitions held'],
  [
    'the loader fell short',
    { offeredRate: 100e6, achievedRate: 100e6 },
    false,
    true,
    'The load generator offered only 100 MB/s of 120 MB/s, so the count was not tried. Nothing was full'
  ],
  ['one partition was run', { partitions: 1 }, true, true, '1 partition held']
])('if %s', (...row) => {
  const [, run, verified, held, sentence] = row
  const verification = judgeVerification({ ...HELD, ...run })
  expect(verification).toMatchObject({ verified, held })
  expect(verification.sentence).toContain(sentence)
})

test.each([
  ['machine-bound', 'the machine as a whole'],
  ['client-bound', 'the load generator']
] as const)('a failed run that was %s says nothing of the count', (bottleneck, limit) => {
  const verdict = { bottleneck, evidence: 'All was full.' }
  expect(judgeVerification({ ...HELD, achievedRate: 60e6, verdict })).toEqual({
    verified: false,
    held: false,
    sentence:
      'Consumers finished 60 MB/s of 120 MB/s offered (50 %), ' +
      `but the limit was ${limit}: that says nothing of the count. All was full.`
  })
  expect(judgeVerification({ ...HELD, verdict })).toMatchObject({ verified: true, held: true })
})

test('a failed run that was broker-bound is a failure of the count', () => {
  const verdict = { bottleneck: 'broker-bound' as const, evidence: 'Full.' }
  expect(judgeVerification({ ...HELD, achievedRate: 60e6, verdict })).toMatchObject({
    verified: true,
    held: false
  })
})

test('what was not run is neither verified nor a failure', () => {
  expect(notVerified('needs 6 cores')).toEqual({ verified: false, held: false, sentence: 'needs 6 cores' })
})
