/**
 * The recommended count under the target rate, simulated: an open loop with the truth's keys, a consumer with
 * its handler on every partition.
 */
import { partitionsText } from '../../../planner/partition-count.ts'
import type { Plan } from '../../../planner/plan.ts'
import { lawThroughput } from '../../../planner/scaling-law.ts'
import { formatCount } from '../../../planner/units.ts'
import { judgeBottleneck } from '../../../planner/verdict.ts'
import { judgeVerification, notVerified, type VerificationRun } from '../../../planner/verification.ts'
import { type PairedSample, pacedRates } from '../../paced-rates.ts'
import type { VerifiedPlan } from '../../plan/verify-plan.ts'
import { SimEngine, type SimSetup } from './sim-engine.ts'
import { partitionShares } from './sim-truth.ts'
import type { SimWorld } from './sim-world.ts'

const WINDOWS = 20
/** Load goes on for so long before anything counts, twice the warm-up and some handlers' times at least. */
const LEAD_MS = 1000
const WARM_UPS = 2
const LEAD_RECORDS = 3
/** A slow handler gets a run of so many of its times: virtual time costs nothing. */
const RUN_RECORDS = 40
/** Arrivals of a partition: fewer events where there are more partitions. */
const ARRIVALS_MIN = 20
const ARRIVALS_MAX = 400
const ARRIVALS_ALL = 24_000
/** Above this a simulation takes seconds of real time, and memory. */
const PARTITIONS_MAX = 20_000

/** What a verification takes from a plan. */
export type PlannedCount = Pick<Plan, 'partitions' | 'verifiability'>

interface Reading {
  readonly samples: readonly PairedSample[]
  readonly loaderBusy: number
  /** Of each partition. */
  readonly partitionBusy: readonly number[]
  readonly elapsedSeconds: number
}

/** Runs the plan with so many loaders, or says why not. */
export async function verifySimulated(
  world: SimWorld,
  plan: PlannedCount,
  loaders: number,
  onAudit: () => void
): Promise<VerifiedPlan> {
  const reason = whyNot(plan)
  if (reason !== null) return { verification: notVerified(reason), run: null, seconds: null, audit: null }
  const { handlerMs, settings, truth } = world
  const { partitions } = plan
  const seconds = Math.max(settings.verifySeconds, (RUN_RECORDS * handlerMs) / 1000)
  const leadMs = Math.max(LEAD_MS, WARM_UPS * truth.warmUpMs, LEAD_RECORDS * handlerMs)
  const lastsMs = leadMs + seconds * 1000
  const setup = setupOf(world, { partitions, loaders, lastsMs })
  const engine = new SimEngine(setup, world.nextPace(lastsMs), world.random)
  for (let part = 1; part <= WINDOWS; part++) {
    await world.turn()
    engine.runUntil((part * leadMs) / WINDOWS)
  }
  const reading = await read(world, engine, { fromMs: leadMs, seconds })
  const run = judged(world, { partitions, loaders }, reading)
  onAudit()
  const records = engine.appended
  return {
    verification: judgeVerification(run),
    run,
    seconds,
    audit: { records, bytes: records * settings.recordBytes }
  }
}

function whyNot(plan: PlannedCount): string | null {
  if (!plan.verifiability.verifiable) return plan.verifiability.sentence
  if (plan.partitions <= PARTITIONS_MAX) return null
  const most = formatCount(PARTITIONS_MAX)
  return `Verifying ${partitionsText(plan.partitions)} is more than the ${most} that a simulation takes.`
}

interface VerifyLoad {
  readonly partitions: number
  readonly loaders: number
}

function setupOf(world: SimWorld, load: VerifyLoad & { readonly lastsMs: number }): SimSetup {
  const { truth, settings } = world
  const { partitions, loaders, lastsMs } = load
  const recordsPerSecond = settings.offeredThroughput / settings.recordBytes
  const arrivals = Math.min(ARRIVALS_MAX, Math.max(ARRIVALS_MIN, ARRIVALS_ALL / partitions))
  const records = (recordsPerSecond * lastsMs) / 1000 / partitions
  const recordsPerArrival = Math.max(1, Math.round(records / arrivals))
  return {
    recordBytes: settings.recordBytes,
    partitions,
    produce: {
      loaders,
      load: {
        kind: 'open',
        recordsPerSecond,
        recordsPerArrival,
        // Without keys loaders take the partitions in turn; keys come as they like.
        arrivals: truth.keys.kind === 'even' ? 'even' : 'poisson'
      },
      shares: partitionShares(truth.keys, partitions),
      recordsPerBatchMax: Math.max(recordsPerArrival, world.recordsPerBatchMax),
      lingerMs: settings.lingerMs,
      // Arrivals that stand for many records make too few requests for these to cost what they do.
      request: { c0Ms: 0, c1MsPerBatch: 0, c2MsPerRecord: truth.request.c2MsPerRecord },
      loaderRate: truth.loaderRate,
      partitionRate: lawThroughput(truth.law, partitions) / partitions
    },
    consume: {
      fetchRate: truth.fetchRate,
      handler: { meanMs: world.handlerMs, variation: truth.handlerVariation },
      recordsPerStep: null
    }
  }
}

interface ReadWindow {
  readonly fromMs: number
  readonly seconds: number
}

async function read(world: SimWorld, engine: SimEngine, { fromMs, seconds }: ReadWindow): Promise<Reading> {
  const loadersBefore = engine.loaderBusyMs()
  const partitionsBefore = engine.partitionBusyMs()
  const samples: PairedSample[] = []
  for (let window = 0; window <= WINDOWS; window++) {
    const atMs = fromMs + (window * seconds * 1000) / WINDOWS
    await world.turn()
    engine.runUntil(atMs)
    samples.push({ atMs, records: engine.handled, offered: engine.offered })
  }
  const elapsedMs = seconds * 1000
  const share = (before: readonly number[]) => (ms: number, index: number) =>
    (ms - (before[index] ?? 0)) / elapsedMs
  return {
    samples,
    loaderBusy: Math.max(...engine.loaderBusyMs().map(share(loadersBefore))),
    partitionBusy: engine.partitionBusyMs().map(share(partitionsBefore)),
    elapsedSeconds: seconds
  }
}

function judged(world: SimWorld, load: VerifyLoad, reading: Reading): VerificationRun {
  const { recordBytes, offeredThroughput: targetThroughput } = world.settings
  const { samples, loaderBusy, partitionBusy, elapsedSeconds } = reading
  const { offeredRate, achievedRate, lagSlope } = pacedRates(samples, recordBytes)
  const busiest = partitionBusy.reduce((most, busy) => Math.max(most, busy), 0)
  const use = world.partitionUse(busiest)
  const verdict = judgeBottleneck({
    throughput: achievedRate,
    loaderBusy,
    producerDelayOverInterval: lateness(world, load.loaders, elapsedSeconds),
    partitionThreadBusy: use.cpu,
    diskWait: use.disk,
    allCoresBusy: world.coresBusy(cpuSeconds(world, achievedRate * elapsedSeconds), elapsedSeconds, busiest),
    lagSlope
  })
  return { partitions: load.partitions, targetThroughput, offeredRate, achievedRate, lagSlope, verdict }
}

/** Records a loader is behind its schedule at the end: none, unless it cannot make as many as it should. */
function lateness({ truth, settings }: SimWorld, loaders: number, seconds: number): number {
  const missing = settings.offeredThroughput / loaders - truth.loaderRate
  return missing <= 0 ? 0 : (missing * seconds) / settings.recordBytes
}

/** Of everything that these bytes went through. */
function cpuSeconds(world: SimWorld, bytes: number): number {
  const { truth, settings, handlerMs, handlerKind } = world
  const handlers = handlerKind === 'cpu' ? (handlerMs / 1000) * (bytes / settings.recordBytes) : 0
  return world.partitionCpuSeconds(bytes) + bytes / truth.loaderRate + bytes / truth.fetchRate + handlers
}
