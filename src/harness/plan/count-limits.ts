/**
 * Which limits refuse a count, and which are only told as a doubt. Pure.
 *
 *   refuses   what Kafka's protocol can number; replicas in the whole cluster, whatever its brokers;
 *             every limit of a profile that was asked for by name or file: these are the user's own
 *   a doubt   what the default profile says of one broker, which is advice and enforced by nothing; what this
 *             machine has room for, as the load need not run where it was measured
 */
import { admissibleCount, type Ceiling, ceilingsOf } from '../../planner/admissible-count.ts'
import type { DemandConstraint } from '../../planner/demand-constraints.ts'
import type { LimitCheck } from '../../planner/limits.ts'
import { partitionsText } from '../../planner/partition-count.ts'
import type { Plan } from '../../planner/plan.ts'
import { DEFAULT_PROFILE } from '../../planner/profiles.ts'
import type { Refusal } from '../../planner/refusal.ts'
import { formatCount } from '../../planner/units.ts'
import { checksAt } from './cluster-costs.ts'
import type { PlanSettings } from './plan-settings.ts'

/** The number of partitions of a topic is an int32 (CreateTopicsRequest, num_partitions). */
const PROTOCOL: Ceiling = { name: "Kafka's protocol", partitions: 2 ** 31 - 1 }
const CLUSTER_LIMIT = 'replicas in the cluster'
/** As many as `--brokers` takes. */
const BROKERS_MAX = 10_000

/** What asks for the count, and what helps when that is too much. */
const ASKING: Readonly<Record<DemandConstraint['name'], readonly [what: string, cure: string]>> = {
  produce: [
    'the rate',
    'Larger batches or more compression make a partition carry more; or split the topic.'
  ],
  consume: ['the handler', 'A faster handler needs fewer partitions.'],
  lag: ['the wait that --lag-slo permits', 'A longer --lag-slo or a faster handler needs fewer partitions.'],
  outage: ['catching up within --outage', 'A longer time to catch up (--outage) needs fewer partitions.'],
  keys: [
    'the spread of the keys',
    'A faster handler, or keys that spread more evenly, need fewer partitions.'
  ],
  'hottest key': ['the hottest key', 'That key, split into several, needs fewer partitions.'],
  scaling: ['the total throughput', 'Several topics, each with a part of the load, stay below it.']
}

/** The refusal of a plan whose count no limit permits that is one; else null. */
export function refuseCount(plan: Plan, settings: PlanSettings): Refusal | null {
  const { partitions, requirements, offeredThroughput } = plan
  const { name } = requirements.binding
  const limitsWith = (brokers: number, count: number): readonly LimitCheck[] =>
    checksAt(
      { profile: settings.profile, settings: { ...settings, brokers }, offeredThroughput },
      count
    ).filter(check => refuses(check, settings))
  const ceilings = [PROTOCOL, ...ceilingsOf(count => limitsWith(settings.brokers, count))]
  const admissible = admissibleCount([{ name, partitions }], ceilings)
  if (admissible.kind === 'some') return null
  const { ceiling } = admissible
  const [what, cure] = ASKING[name]
  const limit = ceiling === PROTOCOL ? ceiling.name : `${ceiling.name} of ${settings.profile.name}`
  const more = partitions > PROTOCOL.partitions ? null : brokersFor(limitsWith, settings.brokers, partitions)
  return {
    kind: 'refused',
    reason:
      `No count is admissible: ${what} asks for ${partitionsText(partitions)}, ${limit} permits ` +
      `${formatCount(ceiling.partitions)}.`,
    doubtful: [],
    command: null,
    cure: more === null ? cure : `With --brokers ${formatCount(more)} the limit permits that many.`,
    requirements
  }
}

function refuses({ name, beyond }: LimitCheck, { profile }: PlanSettings): boolean {
  // That an answer comes in parts stops nobody.
  if (beyond === 'several answers') return false
  return name === CLUSTER_LIMIT || profile.name !== DEFAULT_PROFILE
}

/** The fewest brokers, more than there are, that bear so many partitions; null if no number does. */
function brokersFor(
  limitsWith: (brokers: number, partitions: number) => readonly LimitCheck[],
  brokers: number,
  partitions: number
): number | null {
  const isEnough = (count: number): boolean => limitsWith(count, partitions).every(({ ok }) => ok)
  if (!isEnough(BROKERS_MAX)) return null
  let [bad, good] = [brokers, BROKERS_MAX]
  while (good - bad > 1) {
    const middle = Math.floor((bad + good) / 2)
    if (isEnough(middle)) good = middle
    else bad = middle
  }
  return good
}
