/**
 * What a target rate costs each broker, and how many brokers it takes.
 *
 * Per broker: in = Tt RF / B, out = Tt (RF - 1 + G) / B, disk write = Tt RF / B, disk bytes = Tt RF x
 * retention / (B fill). B is the most of each over what one broker can, and B >= RF. The capacity must remain
 * when `failures` brokers are gone, so these come on top. Bytes are those of batches, after compression. acks
 * changes the latency and not the bytes.
 */
import { invariant } from '../base/invariant.ts'
import { ceilQuotient } from './rounding.ts'
import { formatByteRate, formatBytes, formatCount } from './units.ts'

interface ReplicationInput {
  /** Tt, bytes per second. */
  readonly targetThroughput: number
  readonly replicationFactor: number
  /** Consumer groups that read everything. */
  readonly groups: number
  readonly retentionMs: number
  /** Share of a disk that may be filled; 0.7 if absent. */
  readonly diskFillMax?: number
}

/** Load of one broker. */
export interface BrokerLoad {
  /** Bytes per second from producers and leaders. */
  readonly networkIn: number
  /** Bytes per second to followers and consumers. */
  readonly networkOut: number
  /** Bytes per second. */
  readonly diskWrite: number
  /** Size of the disk it takes, the part that stays free included. */
  readonly diskBytes: number
}

type Resource = keyof BrokerLoad

/** What one broker can, in the units of `BrokerLoad`; null where it is not known. */
type BrokerCeilings = { readonly [resource in Resource]: number | null }

export interface BrokerCount {
  readonly brokers: number
  /** What asks for the most brokers. */
  readonly binding: Resource | 'replicationFactor'
  /** Brokers by each resource whose ceiling is known, failures not counted. */
  readonly byResource: readonly { readonly resource: Resource; readonly brokers: number }[]
  /** Resources without a ceiling: they may ask for more. */
  readonly unknown: readonly Resource[]
  readonly sentence: string
}

/** Part of a disk that may be filled: rebalancing and a slow cleaner need the rest. */
const DISK_FILL_MAX = 0.7

const RESOURCES: readonly { readonly resource: Resource; readonly text: string }[] = [
  { resource: 'networkIn', text: 'network in' },
  { resource: 'networkOut', text: 'network out' },
  { resource: 'diskWrite', text: 'disk writing' },
  { resource: 'diskBytes', text: 'disk space' }
]

/** What each of `brokers` bears if partitions are spread evenly. */
export function brokerLoad(input: ReplicationInput, brokers: number): BrokerLoad {
  const { targetThroughput, replicationFactor, groups, retentionMs, diskFillMax = DISK_FILL_MAX } = input
  invariant(replicationFactor >= 1 && brokers >= 1, 'a log is kept somewhere', { replicationFactor, brokers })
  const written = (targetThroughput * replicationFactor) / brokers
  return {
    networkIn: written,
    networkOut: (targetThroughput * (replicationFactor - 1 + groups)) / brokers,
    diskWrite: written,
    diskBytes: (written * retentionMs) / 1000 / diskFillMax
  }
}

/** Factor by which the leaders of the others grow when `failures` of `brokers` are gone: B / (B - f). */
export function leaderLoadAfter(brokers: number, failures: number): number {
  invariant(failures < brokers, 'somebody must be left', { brokers, failures })
  return brokers / (brokers - failures)
}

function loadText(resource: Resource, amount: number): string {
  return resource === 'diskBytes' ? formatBytes(amount) : formatByteRate(amount)
}

/** The fewest brokers that carry the target with `failures` of them gone, and what asks for so many. */
export function brokersNeeded(
  input: ReplicationInput,
  ceilings: BrokerCeilings,
  failures: number
): BrokerCount {
  const total = brokerLoad(input, 1)
  const byResource: { resource: Resource; brokers: number }[] = []
  const unknown: Resource[] = []
  let binding: BrokerCount['binding'] = 'replicationFactor'
  let brokers = input.replicationFactor
  let reason = `replication factor ${formatCount(input.replicationFactor)} binds`
  for (const { resource, text } of RESOURCES) {
    const ceiling = ceilings[resource]
    if (ceiling === null) {
      unknown.push(resource)
      continue
    }
    const needed = total[resource] === 0 ? 1 : ceilQuotient(total[resource], ceiling)
    byResource.push({ resource, brokers: needed })
    if (needed + failures <= brokers) continue
    brokers = needed + failures
    binding = resource
    const amount = loadText(resource, total[resource])
    reason = `${text} binds: ${amount} in all, ${loadText(resource, ceiling)} a broker`
    if (failures > 0) reason += `, and ${formatCount(failures)} more to lose`
  }
  const count = `${formatCount(brokers)} ${brokers === 1 ? 'broker' : 'brokers'}`
  return { brokers, binding, byResource, unknown, sentence: `${count}: ${reason}.` }
}
