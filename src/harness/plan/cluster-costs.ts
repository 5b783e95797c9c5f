/**
 * What the recommended count costs: on this machine as measured, and on a cluster by the figures of a
 * profile. Pure: measurements and a plan in, rows and ranges out.
 */
import { type AdmissibleCount, admissibleCount, ceilingsOf } from '../../planner/admissible-count.ts'
import {
  type Assumption,
  assumptionRow,
  costRows,
  derivedRows,
  limitRows,
  profileRows
} from '../../planner/assumptions.ts'
import {
  type BrokerMemory,
  brokerMemory,
  consumerBytesMax,
  producerMemory
} from '../../planner/client-memory.ts'
import { type CostFit, type CostPoint, costAt, costCeilings, fitCosts } from '../../planner/cost-of-count.ts'
import { checkFiles, engineHandles, kafkaFiles, segmentsPerReplica } from '../../planner/file-count.ts'
import { evenGroupSizes, roundedPartitions } from '../../planner/group-sizes.ts'
import { growthMatrix } from '../../planner/growth.ts'
import { checkLimits, type LimitCheck, replicasPerBroker } from '../../planner/limits.ts'
import type { Plan } from '../../planner/plan.ts'
import type { Profile } from '../../planner/profiles.ts'
import { brokerLoad, brokersNeeded, leaderLoadAfter } from '../../planner/replication.ts'
import { addedLatencyMs } from '../../planner/replication-latency.ts'
import { judgeWindow, networkCaps, type WindowVerdict } from '../../planner/request-window.ts'
import type { Interval95 } from '../../planner/statistics.ts'
import { failoverCostOf, unavailability, yearlyMinutes } from '../../planner/unavailability.ts'
import { formatCount, formatShare } from '../../planner/units.ts'
import type { Machine } from '../../planner/verifiability.ts'
import { countLoad, type LoadBasis } from './count-load.ts'
import type { Measurements } from './measurements.ts'
import type { CountCost } from './plan-bench.ts'
import type { PlanSettings } from './plan-settings.ts'

/** A quantity that was measured at several counts, and the line through it. */
export interface CountCostLine {
  readonly quantity: CostFit['quantity']
  readonly name: string
  readonly unit: string
  readonly points: readonly { readonly partitions: number; readonly value: number }[]
  /** Of one more partition. */
  readonly slope: number
  readonly slopeInterval: Interval95
  readonly intercept: number
  /** At the recommended count. */
  readonly value: number
  readonly interval95: Interval95
  /** What there is of it where it was measured; null where nothing limits it, or it is not known. */
  readonly limit: { readonly value: number; readonly name: string } | null
  readonly sentence: string
}

/** What a cluster bears with the recommended count, by the figures of a profile. */
interface ClusterCosts {
  readonly profile: string
  readonly limits: readonly LimitCheck[]
  readonly failoverWorstMs: number | null
  /** Minutes a year without a leader, at one death of a broker a month; null like the above. */
  readonly yearlyMinutes: number | null
  /** By how much leaders grow on the others when one broker is gone; null with one broker. */
  readonly leaderGrowth: number | null
  /** Brokers that the rates ask for, with one to lose; null where the profile knows no ceiling. */
  readonly brokersSentence: string | null
  readonly replicationLatencyMs: number | null
  readonly brokerDiskBytes: number | null
}

export interface PlanCosts {
  readonly lines: readonly CountCostLine[]
  readonly cluster: ClusterCosts
  readonly admissible: AdmissibleCount
  /** Numbers of consumers that share the partitions evenly. */
  readonly groupSizes: readonly number[]
  /** The count up to a quarter above that most group sizes divide. */
  readonly roundedPartitions: number
  /** Counts a topic may grow through, and the share of keys that stay from one to another. */
  readonly growth: { readonly counts: readonly number[]; readonly kept: readonly (readonly number[])[] }
  /**
   * Consumers that carry the load, none busier than planned and on one lane each, whichever partitions they
   * hold; null if one cannot even carry the fullest.
   */
  readonly membersNeeded: number | null
  /** Memory of clients, requests under way, handles: one sentence each. */
  readonly sentences: readonly string[]
  readonly assumptions: readonly Assumption[]
  readonly warnings: readonly string[]
}

/** Kafka's defaults, of what a plan does not ask for. */
const SEGMENT_BYTES = 2 ** 30
const SEGMENT_MS = 7 * 24 * 3600 * 1000
const BUFFER_BYTES = 32 * 2 ** 20
const CONNECTIONS = 100
/** Beyond these partitions share threads and cost a fraction, so the line measured here ends. */
const THREADS_PER_CORE = 32
/** Of any broker of the cluster. */
const DEATHS_A_YEAR = 12

function costPoints(costs: readonly CountCost[]): CostPoint[] {
  return costs.map(({ partitions, memoryBytes, fileHandles, threads, startMs }) => ({
    partitions,
    memoryBytes,
    handles: fileHandles,
    threads,
    startMs
  }))
}

function lineOf(fit: CostFit, partitions: number, machine: Machine): CountCostLine {
  const { quantity, name, unit, line, sentence } = fit
  const points = line.points.map(({ x, y }) => ({ partitions: x, value: y }))
  const { value, interval95 } = costAt(fit, partitions)
  const { slope, slopeInterval, intercept } = line
  const limit = limitOf(quantity, machine)
  return { quantity, name, unit, points, slope, slopeInterval, intercept, value, interval95, limit, sentence }
}

function limitOf(quantity: CostFit['quantity'], machine: Machine): CountCostLine['limit'] {
  const { cores, freeMemoryBytes, freeFileHandles } = machine
  if (quantity === 'memoryBytes') return { value: freeMemoryBytes, name: 'free memory' }
  if (quantity === 'threads') return { value: THREADS_PER_CORE * cores, name: 'at most' }
  if (quantity !== 'handles' || freeFileHandles === null) return null
  return { value: freeFileHandles, name: 'still free' }
}

interface ClusterChecks {
  readonly profile: Profile
  readonly settings: PlanSettings
  readonly offeredThroughput: number
}

/** Checks of a cluster with so many partitions of this topic. */
export function checksAt(
  { profile, settings, offeredThroughput }: ClusterChecks,
  partitions: number
): LimitCheck[] {
  const { replicationFactor, brokers, retentionMs } = settings
  const placement = { partitions, replicationFactor, brokers, brokerCores: null, brokerMemoryBytes: null }
  const replicas = replicasPerBroker(placement)
  // Nobody said how long records are kept: the files of the active segment alone.
  const bytesPerSecond = retentionMs === null ? 0 : offeredThroughput / partitions
  const kept = { bytesPerSecond, retentionMs, retentionBytes: null }
  const segments = segmentsPerReplica({ ...kept, segmentBytes: SEGMENT_BYTES, segmentMs: SEGMENT_MS })
  const files = kafkaFiles({ replicas, segmentsPerReplica: segments, connections: CONNECTIONS })
  const { mapsMax, openFilesMax } = profile.values
  return [
    ...checkLimits(placement, profile),
    ...checkFiles(files, {
      openFilesMax: openFilesMax?.value ?? null,
      mapsMax: mapsMax?.value ?? null,
      source: mapsMax?.source ?? openFilesMax?.source ?? profile.name,
      date: mapsMax?.date ?? openFilesMax?.date ?? ''
    })
  ]
}

function clusterCosts(checks: ClusterChecks, partitions: number): ClusterCosts {
  const { profile, settings, offeredThroughput } = checks
  const { replicationFactor, brokers, retentionMs } = settings
  const failover = failoverCostOf(profile)
  const { replicationMsPerPartition, replicaFetchers } = profile.values
  const written = { targetThroughput: offeredThroughput, replicationFactor, groups: settings.groups }
  const without =
    failover === null || brokers === 1
      ? null
      : unavailability({ partitions, brokers, cost: failover, isController: false })
  return {
    profile: profile.name,
    limits: checksAt(checks, partitions),
    failoverWorstMs: without?.worstMs ?? null,
    yearlyMinutes: without === null ? null : yearlyMinutes(DEATHS_A_YEAR / brokers, without.meanMs),
    leaderGrowth: brokers === 1 ? null : leaderLoadAfter(brokers, 1),
    brokersSentence: brokersSentence(checks),
    replicationLatencyMs:
      replicationMsPerPartition === undefined || brokers === 1
        ? null
        : addedLatencyMs(
            { partitions, replicationFactor, brokers },
            { msPerPartition: replicationMsPerPartition.value, fetchers: replicaFetchers?.value ?? 1 }
          ),
    brokerDiskBytes: retentionMs === null ? null : brokerLoad({ ...written, retentionMs }, brokers).diskBytes
  }
}

/** How many brokers the rates ask for; null where the profile has no ceiling of any. */
function brokersSentence({ profile, settings, offeredThroughput }: ClusterChecks): string | null {
  const { brokerInMax, brokerOutMax, brokerDiskWriteMax, brokerDiskBytes } = profile.values
  const known = [brokerInMax, brokerOutMax, brokerDiskWriteMax, brokerDiskBytes]
  if (known.every(value => value === undefined)) return null
  const { replicationFactor, groups, retentionMs, utilisation } = settings
  const load = {
    targetThroughput: offeredThroughput,
    replicationFactor,
    groups,
    retentionMs: retentionMs ?? 0
  }
  const usable = (rate: { readonly value: number } | undefined): number | null =>
    rate === undefined ? null : utilisation * rate.value
  const ceilings = {
    networkIn: usable(brokerInMax),
    networkOut: usable(brokerOutMax),
    diskWrite: usable(brokerDiskWriteMax),
    // What stays free on a disk is counted by itself.
    diskBytes: brokerDiskBytes?.value ?? null
  }
  const { sentence } = brokersNeeded(load, ceilings, replicationFactor > 1 ? 1 : 0)
  return utilisation === 1
    ? sentence
    : sentence.replace(/\.$/, `; a broker is at most ${formatShare(utilisation)} full.`)
}

/** What the followers and the page cache of a broker take. */
function memoryOfBroker(
  { profile, settings, offeredThroughput }: ClusterChecks,
  partitions: number
): BrokerMemory {
  const { replicationFactor, brokers } = settings
  const fetchers = profile.values.replicaFetchers?.value ?? 1
  const networkIn = (offeredThroughput * replicationFactor) / brokers
  return brokerMemory({ partitions, replicationFactor, brokers, fetchers, networkIn })
}

/**
 * One producer's requests under way, with the answers measured here; null where none were. They came from one
 * broker in this process, and say nothing of how long a cluster takes.
 */
function windowOf({ findings, settings, target }: Measurements, plan: Plan): WindowVerdict | null {
  const roundTripMs = findings.costs.at(-1)?.roundTripMs ?? 0
  if (roundTripMs <= 0) return null
  const { batchBytes } = settings
  return judgeWindow({
    window: { batchBytes, roundTripMs },
    partitions: plan.partitions,
    brokers: 1,
    wanted: plan.offeredThroughput,
    where: target === 'sim' ? 'in the simulation' : 'in this process'
  })
}

/** Our own formula of open files beside what was counted. */
function handlesSentence(costs: readonly CountCost[]): string | null {
  const last = costs.at(-1)
  if (last === undefined) return null
  const { partitions, fileHandles, threads } = last
  const segmentsRead = [partitions]
  const foretold = engineHandles({
    processHandles: 0,
    replicas: partitions,
    threads,
    brokers: 0,
    segmentsRead
  })
  return (
    `Open handles of ${formatCount(partitions)} partitions by the formula (3 a replica, 4 a thread, 1 a ` +
    `segment read): ${formatCount(foretold)}; counted: ${formatCount(fileHandles)}.`
  )
}

/** Counts that one may come to: the recommended one, the next roundish ones, twice and three times it. */
function growthCounts(partitions: number, rounded: number): number[] {
  const counts = [
    partitions,
    partitions + 1,
    rounded,
    Math.ceil(partitions * 1.5),
    2 * partitions,
    3 * partitions
  ]
  return [...new Set(counts)].toSorted((a, b) => a - b)
}

/** What nobody asked for is a default, though the plan was made with it. */
export function sourceOf(row: Assumption, { peakFactor, growth, utilisation }: PlanSettings): Assumption {
  const isDefault =
    (row.quantity === 'peak over average' && peakFactor === 1) ||
    (row.quantity === 'growth' && growth === null) ||
    (row.quantity === 'utilisation' && utilisation === 1)
  return isDefault ? { ...row, kind: 'default', source: row.source.replaceAll('asked', 'default') } : row
}

/** Every group reads all of it: brokers send so many times what they take in. */
function groupsRow({ groups }: PlanSettings): Assumption {
  const kind = groups === 1 ? 'default' : 'asked'
  return assumptionRow({ quantity: 'consumer groups', amount: groups, unit: '', kind, source: '--groups' })
}

/** All costs of a plan. */
export function planCosts(
  measurements: Measurements,
  plan: Plan,
  basis: Pick<LoadBasis, 'keys' | 'law'>
): PlanCosts {
  const { settings, findings, machine } = measurements
  const { profile, brokers, batchBytes } = settings
  const { partitions, offeredThroughput, requirements } = plan
  const fits = fitCosts(costPoints(findings.costs))
  const where = measurements.target === 'sim' ? 'of the simulation' : 'on this machine'
  const checks: ClusterChecks = { profile, settings, offeredThroughput }
  const load = countLoad(plan, { ...basis, outage: settings.outage })
  const ceilings = [
    ...costCeilings(fits, {
      memoryBytes: machine.freeMemoryBytes,
      ...(machine.freeFileHandles === null ? {} : { handles: machine.freeFileHandles })
    })
      .filter(ceiling => ceiling.partitions <= THREADS_PER_CORE * machine.cores)
      .map(ceiling => ({ ...ceiling, name: `${ceiling.name} ${where}` })),
    ...ceilingsOf(count => checksAt(checks, count)),
    ...load.ceilings
  ]
  const admissible = admissibleCount([{ name: requirements.binding.name, partitions }], ceilings)
  const cluster = clusterCosts(checks, partitions)
  const memory = producerMemory({
    activePartitions: partitions,
    brokers,
    batchBytes,
    bufferBytes: BUFFER_BYTES
  })
  const consumerBytes = consumerBytesMax({ brokers, assignedPartitions: partitions })
  const window = windowOf(measurements, plan)
  const handles = measurements.target === 'embedded' ? handlesSentence(findings.costs) : null
  const partitionsMax = admissible.kind === 'some' ? (admissible.max ?? Number.MAX_SAFE_INTEGER) : partitions
  const rounded = roundedPartitions(partitions, { brokers, partitionsMax, carries: load.carries })
  const counts = growthCounts(partitions, rounded)
  return {
    lines: fits.map(fit => lineOf(fit, partitions, machine)),
    cluster,
    admissible,
    groupSizes: evenGroupSizes(partitions),
    roundedPartitions: rounded,
    growth: { counts, kept: growthMatrix(counts) },
    membersNeeded: load.members,
    sentences: [
      memory.sentence,
      ...(window?.sentences ?? []),
      networkCaps(batchBytes),
      ...(handles === null ? [] : [handles])
    ],
    assumptions: [
      ...requirements.assumptions.map(row => sourceOf(row, settings)),
      groupsRow(settings),
      ...costRows(fits, where),
      ...derivedRows({
        ...(window === null ? {} : { window }),
        producerMemory: memory,
        consumerBytesMax: consumerBytes,
        brokerMemory: memoryOfBroker(checks, partitions),
        admissible
      }),
      ...limitRows(cluster.limits),
      ...profileRows(profile)
    ],
    warnings: [
      ...(memory.warning === null ? [] : [memory.warning]),
      ...load.warnings,
      ...(admissible.kind === 'none' ? [admissible.sentence] : [])
    ]
  }
}
