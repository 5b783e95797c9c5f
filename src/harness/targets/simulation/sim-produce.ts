/**
 * A saturation run of producers, simulated: as many records in one event as still show the run's windows.
 */
import { lawThroughput } from '../../../planner/scaling-law.ts'
import { sampleLength, seriesOf } from '../../bench-run.ts'
import type { BenchRun } from '../../plan/measured-point.ts'
import type { Sample } from '../../run-series.ts'
import { SimEngine, type SimProduce } from './sim-engine.ts'
import type { SimWorld } from './sim-world.ts'

/** Under even load all partitions do the same: beyond so many, one stands for several. */
const LANES_MAX = 64
/** Requests that a run is cut into at least, and batches where partitions are few. */
const REQUESTS_WANTED = 300
const BATCHES_WANTED = 6000

interface Saturation {
  readonly partitions: number
  readonly loaders: number
  readonly seconds: number
}

/** One run, and the records that were acknowledged in it. */
export async function saturate(
  world: SimWorld,
  run: Saturation
): Promise<{ bench: BenchRun; records: number }> {
  const { recordBytes } = world.settings
  const { seconds, partitions } = run
  const lanes = Math.min(partitions, LANES_MAX)
  const engine = new SimEngine(
    { recordBytes, partitions: lanes, produce: produceOf(world, run, lanes), consume: null },
    world.nextPace(seconds * 1000),
    world.random
  )
  const sampleMs = sampleLength(seconds)
  const samples: Sample[] = [{ atMs: 0, records: 0 }]
  for (let sample = 1; sample <= Math.max(1, Math.round((seconds * 1000) / sampleMs)); sample++) {
    await world.turn()
    engine.runUntil(sample * sampleMs)
    samples.push({ atMs: sample * sampleMs, records: engine.appended })
  }
  const elapsedMs = (samples.length - 1) * sampleMs
  const records = engine.appended
  const bytes = records * recordBytes
  const busiest = Math.max(...engine.partitionBusyMs()) / elapsedMs
  const use = world.partitionUse(busiest)
  const partitionCpuSeconds = world.partitionCpuSeconds(bytes)
  const loaderBusyMs = engine.loaderBusyMs()
  const cpuSeconds = partitionCpuSeconds + loaderBusyMs.reduce((sum, ms) => sum + ms, 0) / 1000
  const bench: BenchRun = {
    series: seriesOf(samples, sampleMs, recordBytes),
    bytes,
    processCpuSeconds: cpuSeconds,
    coresBusy: world.coresBusy(cpuSeconds, elapsedMs / 1000, busiest),
    loaderBusy: Math.max(...loaderBusyMs) / elapsedMs,
    partitionBusy: use.cpu,
    diskWait: use.disk,
    consumerBusy: null,
    bytesPerCpuSecond: bytes / partitionCpuSeconds
  }
  return { bench, records }
}

function produceOf(
  { truth, settings, recordsPerBatchMax }: SimWorld,
  run: Saturation,
  lanes: number
): SimProduce {
  const { partitions, loaders, seconds } = run
  const { request, loaderRate, law } = truth
  const total = lawThroughput(law, partitions)
  const expectedBytes = Math.min(total, loaders * loaderRate) * seconds
  const requests = expectedBytes / settings.recordBytes / (recordsPerBatchMax * partitions)
  // So many requests happen as one, and cost as much as all of them.
  const merged = Math.max(1, Math.floor(requests / Math.max(REQUESTS_WANTED, BATCHES_WANTED / lanes)))
  const partitionsPerLane = partitions / lanes
  return {
    loaders,
    load: { kind: 'saturation' },
    shares: new Float64Array(lanes).fill(1 / lanes),
    recordsPerBatchMax: Math.max(1, Math.round(recordsPerBatchMax * merged * partitionsPerLane)),
    lingerMs: settings.lingerMs,
    request: {
      c0Ms: request.c0Ms * merged,
      c1MsPerBatch: request.c1MsPerBatch * merged * partitionsPerLane,
      c2MsPerRecord: request.c2MsPerRecord
    },
    loaderRate,
    partitionRate: total / lanes
  }
}
