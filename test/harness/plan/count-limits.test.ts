import { describe, expect, test } from 'vitest'
import { planOutcome } from '../../../src/harness/plan/plan-outcome.ts'
import type { PlanOptions } from '../../../src/harness/plan/plan-settings.ts'
import type { Plan } from '../../../src/planner/plan.ts'
import { DEFAULT_PROFILE, type Profile, profileNamed } from '../../../src/planner/profiles.ts'
import type { Refusal } from '../../../src/planner/refusal.ts'
import { measurements, settingsOf } from './fixture.ts'

/** The fixture needs 39 partitions. */
function outcomeOf(options: Partial<PlanOptions>): Plan | Refusal {
  return planOutcome(measurements({ settings: settingsOf(options) })).outcome
}

function profileOf(name: string, values: Readonly<Record<string, number>>): Profile {
  const entries = Object.entries(values).map(([quantity, value]) => {
    return [quantity, { value, source: 'a book', date: '2026-01', assumed: false }] as const
  })
  return { name, text: 'Clusters of a test.', values: Object.fromEntries(entries) }
}

const ABSURD = { lengthMs: 1e6 * 86_400e3, recoverMs: 1 }

describe('a count that no limit permits', () => {
  test('is refused beyond what a whole cluster bears, with what asks for it and what helps', () => {
    expect(outcomeOf({ outage: ABSURD })).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(
        /^No count is admissible: catching up within --outage asks for \d[\d ]+ partitions, replicas in the /
      ),
      cure: 'A longer time to catch up (--outage) needs fewer partitions.',
      command: null,
      requirements: { binding: { name: 'outage' } }
    })
  })

  test('is refused beyond what the protocol can number, whatever the profile', () => {
    const outcome = outcomeOf({ outage: ABSURD, profile: profileNamed('highwater-embedded') })
    expect(outcome).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/, Kafka's protocol permits 2 147 483 647\.$/)
    })
  })

  test('is refused by a profile that was asked for, with the brokers that are enough', () => {
    const profile = profileOf('our cluster', { replicasPerBrokerMax: 10 })
    expect(outcomeOf({ profile })).toMatchObject({
      kind: 'refused',
      reason:
        'No count is admissible: the handler asks for 39 partitions, replicas per broker of our cluster ' +
        'permits 10.',
      cure: 'With --brokers 4 the limit permits that many.'
    })
    expect(outcomeOf({ profile, brokers: 4 }).kind).toBe('plan')
    expect(outcomeOf({ profile, brokers: 3 }).kind).toBe('refused')
  })

  test('is a plan with a doubt where the default profile only advises', () => {
    const profile = profileOf(DEFAULT_PROFILE, { replicasPerBrokerMax: 10 })
    expect(outcomeOf({ profile }).kind).toBe('plan')
    expect(outcomeOf({ profile: profileOf('ours', { partitionsPerRequestMax: 10 }) }).kind).toBe('plan')
  })

  test('is a plan where only this machine has no room for it', () => {
    const machine = { cores: 64, freeMemoryBytes: 1, freeFileHandles: 1 }
    expect(planOutcome(measurements({ machine })).outcome.kind).toBe('plan')
  })
})
