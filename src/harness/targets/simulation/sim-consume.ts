/**
 * A saturation run of one consumer, simulated: there is always something to read.
 */
import { quantile, standardDeviation } from '../../../planner/statistics.ts'
import { seriesOf, windowLength } from '../../bench-run.ts'
import { handlerRun } from '../../plan/measure-consumer.ts'
import type { HandlerBenchRun, ServiceTimes } from '../../plan/plan-bench.ts'
import type { Sample } from '../../run-series.ts'
import { type Duration, drawDuration } from './sim-draws.ts'
import { SimEngine } from './sim-engine.ts'
import type { SimWorld } from './sim-world.ts'

/** Events that a run is cut into at least, where it has so many records. */
const STEPS_WANTED = 6000
/** A handler that is too slow for the usual run gets one of so many windows of so many records. */
const SLOW_WINDOWS = 14
const SLOW_WINDOW_RECORDS = 8
/** Records whose times are looked at one by one. */
const TIMES_MAX = 4000

/** One run; with `handler` null only fetching and decoding. */
export async function consumeAll(
  world: SimWorld,
  handler: Duration | null,
  seconds: number
): Promise<HandlerBenchRun> {
  const { settings, truth, random } = world
  const { recordBytes } = settings
  const { windowMs, seconds: lasts } = runLength(handler, seconds)
  const windows = Math.max(1, Math.round((lasts * 1000) / windowMs))
  const fetchMs = (recordBytes / truth.fetchRate) * 1000
  const handlerMs = handler?.meanMs ?? 0
  const recordsPerStep = Math.max(1, Math.floor((windows * windowMs) / (handlerMs + fetchMs) / STEPS_WANTED))
  const consume = {
    fetchRate: truth.fetchRate,
    handler: handler ?? { meanMs: 0, variation: 0 },
    recordsPerStep
  }
  const engine = new SimEngine(
    { recordBytes, partitions: 1, produce: null, consume },
    world.nextPace(windows * windowMs),
    random
  )
  const samples: Sample[] = [{ atMs: 0, records: 0 }]
  for (let window = 1; window <= windows; window++) {
    await world.turn()
    engine.runUntil(window * windowMs)
    samples.push({ atMs: window * windowMs, records: engine.handled })
  }
  const elapsedSeconds = (windows * windowMs) / 1000
  const bytes = engine.handled * recordBytes
  // Waiting takes no processor, computing all of it.
  const share = world.handlerKind === 'cpu' ? 1 : fetchMs / (handlerMs + fetchMs)
  const cpuSeconds = elapsedSeconds * share
  return {
    series: seriesOf(samples, windowMs, recordBytes),
    bytes,
    processCpuSeconds: cpuSeconds,
    coresBusy: world.coresBusy(cpuSeconds, elapsedSeconds, 0),
    loaderBusy: null,
    partitionBusy: null,
    diskWait: null,
    consumerBusy: share,
    bytesPerCpuSecond: bytes / cpuSeconds,
    service: handler === null ? null : serviceTimes(world, handler, engine)
  }
}

function runLength(handler: Duration | null, seconds: number): { windowMs: number; seconds: number } {
  if (handler === null) return { windowMs: windowLength(seconds), seconds }
  const usual = handlerRun({ kind: 'wait', micros: handler.meanMs * 1000 }, seconds)
  if (usual !== null) return usual
  const windowMs = SLOW_WINDOW_RECORDS * handler.meanMs
  return { windowMs, seconds: (SLOW_WINDOWS * windowMs) / 1000 }
}

/** What the handlers took, spread as the times of some of the records are. */
function serviceTimes({ random }: SimWorld, handler: Duration, { tally }: SimEngine): ServiceTimes {
  const { begunRecords, handlerMs } = tally
  const meanMs = handlerMs / begunRecords
  const times: number[] = []
  for (let record = 0; record < Math.min(begunRecords, TIMES_MAX); record++) {
    times.push((drawDuration(random, handler, 1) * meanMs) / handler.meanMs)
  }
  return {
    records: begunRecords,
    meanMs,
    varianceMs2: standardDeviation(times) ** 2,
    p50Ms: quantile(times, 0.5),
    p90Ms: quantile(times, 0.9),
    p99Ms: quantile(times, 0.99)
  }
}
