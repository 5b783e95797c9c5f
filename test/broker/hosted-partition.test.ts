import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/broker/engine.ts'
import { HostThread } from '../../src/broker/host-thread.ts'
import { HostedPartition } from '../../src/broker/hosted-partition.ts'
import { StartQueue } from '../../src/broker/start-queue.ts'
import { randomId } from '../../src/broker/topic-id.ts'
import { partitionSettings } from '../../src/broker/topic-settings.ts'
import { Arena } from '../../src/threads/arena.ts'
import { ControlBlock } from '../../src/threads/control-block.ts'
import { AtomicWords } from '../../src/threads/words.ts'
import { threadEntry } from '../../src/threads/worker-entry.ts'
import { syntheticBatch } from '../data-plane/log/batches.ts'
import { RigSender } from '../data-plane/partition/rig.ts'
import { ManualClock } from '../support/manual-clock.ts'

const MIB = 2 ** 20
const BELL_ROW_WORDS = 32
const PARKED = 16
/** Of a sender; no partition of these tests has it. */
const SENDER_ROW = 9
const ENTRY = threadEntry(
  new URL('../../src/broker/hosted-partition.ts', import.meta.url).href,
  '../data-plane/partition/partition-thread.ts'
)

let directory = ''
let hosted: HostedPartition | null = null

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hosted-partition-'))
})

afterEach(async () => {
  await hosted?.stop()
  hosted = null
  rmSync(directory, { recursive: true, force: true })
})

/** No thread can be started from another machine's file: the start throws at once. */
const REFUSED = new URL('file://elsewhere/partition-thread.js')

/** One start at a time, and one more of what comes back; it tells who asked how. */
class ToldStarts extends StartQueue {
  readonly told: string[] = []

  override ask(start: () => void): void {
    this.told.push('ask')
    super.ask(start)
  }

  override askAgain(start: () => void): void {
    this.told.push('ask again')
    super.askAgain(start)
  }
}

interface Hosting {
  readonly partition: HostedPartition
  readonly engine: Engine
  readonly starts: ToldStarts
  readonly clock: ManualClock
  readonly wentOffline: () => number
}

/** A partition on an engine whose clock stands: however slow the machine, deaths are close together. */
function hostPartition(entry = ENTRY): Hosting {
  const starts = new ToldStarts(1, 1)
  const clock = new ManualClock()
  const engine: Engine = { ...createEngine(16 * MIB), clock, starts }
  const hosting = { engine, starts, clock }
  let timesOffline = 0
  const wentOffline = (): void => {
    timesOffline++
  }
  const partition = partitionOn(new HostThread(engine, entry), engine, { id: 1, wentOffline })
  hosted = partition
  return { ...hosting, partition, wentOffline: () => timesOffline }
}

function partitionOn(
  host: HostThread,
  engine: Engine,
  { id, wentOffline = () => {} }: { readonly id: number; readonly wentOffline?: () => void }
): HostedPartition {
  host.place()
  const name = { topic: 'orders', partition: id - 1, topicId: randomId(seededRandom(1)) }
  const place = { id, ...name, logDirectory: directory, settings: partitionSettings({}), host, wentOffline }
  return new HostedPartition(place, engine)
}

/** A ring of the partition with one batch in it that nobody was told of. */
function submitOne(partition: HostedPartition): RigSender {
  const sender = new RigSender(Arena.create(MIB), 1, 0, { slotBytes: 1024, slotCount: 2 })
  sender.submit(syntheticBatch({ baseOffset: 0 }))
  partition.attach({ ...sender.description(), bellRow: SENDER_ROW }, () => {})
  return sender
}

const STORAGE_ERROR = { errorCode: 56, baseOffset: -1 }

/** Rings as a caller would whose host sleeps; whether the bell was touched. */
function ringSleeper({ bells, bellWords }: Engine, row: number): boolean {
  const words = new AtomicWords(bellWords)
  const at = row * BELL_ROW_WORDS
  const before = words.load(at)
  words.store(at + PARKED, 1)
  bells.ring(row)
  return words.load(at) !== before
}

describe('a hosted partition', { timeout: 60_000 }, () => {
  test('whose thread has died is started again, and serves', async () => {
    const { partition, engine } = hostPartition()
    await partition.ready()
    await partition.kill()
    await partition.ready()
    expect(partition.state).toBe('online')
    expect((await partition.usage())?.body).toMatchObject({ passes: 0, bytes: 0 })
    expect(ringSleeper(engine, partition.bellRow)).toBe(true)
  })

  test('whose thread is gone for good has a dead bell: nobody notifies where no thread is', async () => {
    const { partition, engine, wentOffline } = hostPartition()
    for (let death = 1; death <= 3; death++) {
      await partition.ready()
      await partition.kill()
    }
    expect(partition.state).toBe('offline')
    expect(wentOffline()).toBe(1)
    await expect(partition.ready()).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
    expect(ringSleeper(engine, partition.bellRow)).toBe(false)
  })

  test('marks the bell dead before it starts the next thread, and revives it then', async () => {
    const { partition, engine } = hostPartition()
    await partition.ready()
    const seen: string[] = []
    const { markDead, revive } = engine.bells
    engine.bells.markDead = row => {
      seen.push(`dead ${row}`)
      markDead.call(engine.bells, row)
    }
    engine.bells.revive = row => {
      seen.push(`revived ${row}`)
      revive.call(engine.bells, row)
    }
    await partition.kill()
    await partition.ready()
    expect(seen).toEqual([`dead ${partition.bellRow}`, `revived ${partition.bellRow}`])
  })

  test('that is stopped gives its bell back, and has no thread any more', async () => {
    const { partition, engine } = hostPartition()
    await partition.ready()
    const row = partition.bellRow
    expect(await partition.stop()).toBeNull()
    hosted = null
    expect(partition.state).toBe('none')
    expect(ringSleeper(engine, row)).toBe(false)
    expect(await partition.usage()).toBeNull()
  })

  test('whose thread the system refuses is offline after three tries, and says why', async () => {
    const { partition, starts, wentOffline } = hostPartition(REFUSED)
    await expect(partition.ready()).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
    expect(partition.offlineReason).toContain('File URL host')
    expect(wentOffline()).toBe(1)
    expect(await partition.stop()).toBeNull()
    // No turn is left behind: the queue has its one place free.
    let isCalled = false
    starts.ask(() => {
      isCalled = true
    })
    expect(isCalled).toBe(true)
  })

  test('goes before those that start for the first time only once it has served', async () => {
    const refused = hostPartition(REFUSED)
    await refused.partition.ready().catch(() => {})
    expect(refused.starts.told).toEqual(['ask', 'ask', 'ask'])
    const { partition, starts } = hostPartition()
    await partition.ready()
    await partition.kill()
    await partition.ready()
    expect(starts.told).toEqual(['ask', 'ask again'])
  })
})

describe('closing answers what was submitted', { timeout: 60_000 }, () => {
  test('to a partition that waits for its turn after a death', async () => {
    const { partition, starts } = hostPartition()
    await partition.ready()
    starts.ask(() => {})
    await partition.kill()
    const sender = submitOne(partition)
    expect(sender.reap()).toEqual([])
    expect(await partition.stop()).toBeNull()
    expect(sender.reap()).toMatchObject([STORAGE_ERROR])
  })

  test('to a partition whose thread ends before it can answer', async () => {
    const { partition } = hostPartition(REFUSED)
    const opening = partition.ready()
    const sender = submitOne(partition)
    await Promise.all([partition.stop(), expect(opening).rejects.toMatchObject({ code: 'HIGHWATER_CLOSED' })])
    expect(sender.reap()).toMatchObject([STORAGE_ERROR])
  })

  test('to a partition that is offline, and lets go of its closed rings', async () => {
    const { partition } = hostPartition(REFUSED)
    await partition.ready().catch(() => {})
    const sender = new RigSender(Arena.create(MIB), 1, 0, { slotBytes: 1024, slotCount: 2 })
    sender.submit(syntheticBatch({ baseOffset: 0 }))
    sender.ring.close()
    let timesDrained = 0
    partition.attach({ ...sender.description(), bellRow: SENDER_ROW }, () => {
      timesDrained++
    })
    expect(await partition.stop()).toBeNull()
    expect(sender.reap()).toMatchObject([STORAGE_ERROR])
    expect(timesDrained).toBe(1)
  })
})

describe('partitions that share a thread', { timeout: 60_000 }, () => {
  async function two(): Promise<{ host: HostThread; engine: Engine; both: HostedPartition[] }> {
    const clock = new ManualClock()
    const engine: Engine = { ...createEngine(16 * MIB), clock, starts: new ToldStarts(1, 1) }
    const host = new HostThread(engine, ENTRY)
    const both = [1, 2].map(id => partitionOn(host, engine, { id }))
    for (const partition of both) await partition.ready()
    return { host, engine, both }
  }

  const statesOf = (partitions: readonly HostedPartition[]): string[] => partitions.map(({ state }) => state)

  async function stopAll(partitions: readonly HostedPartition[]): Promise<void> {
    await Promise.all(partitions.map(partition => partition.stop()))
  }

  async function die(host: HostThread): Promise<void> {
    host.abort('it was ended')
    await host.ended()
  }

  test('of a death the one is to blame whose turn it was', async () => {
    const { host, both } = await two()
    for (let death = 1; death <= 3; death++) {
      for (const partition of both) await partition.ready()
      expect(both.map(({ isInTurn }) => isInTurn)).toEqual([false, false])
      new ControlBlock(new AtomicWords(both[1]!.controlWords)).beat()
      await die(host)
    }
    await both[0]!.ready()
    expect(statesOf(both)).toEqual(['online', 'offline'])
    await stopAll(both)
  })

  test('of a death in no turn all are to blame', async () => {
    const { host, both } = await two()
    for (let death = 1; death <= 3; death++) {
      for (const partition of both) await partition.ready()
      await die(host)
    }
    expect(statesOf(both)).toEqual(['offline', 'offline'])
    await stopAll(both)
  })

  test('come back together with the rings they had', async () => {
    const { host, both } = await two()
    const senders = both.map(() => new RigSender(Arena.create(MIB), 1, 0, { slotBytes: 1024, slotCount: 2 }))
    await die(host)
    for (const [index, partition] of both.entries()) {
      // Empty, so that no thread looks for a batch in the arena of the test.
      partition.attach({ ...senders[index]!.description(), id: index, bellRow: SENDER_ROW }, () => {})
    }
    for (const partition of both) await partition.ready()
    expect((await both[0]!.usage())?.body).toMatchObject({ threadPartitions: 2, passes: 0 })
    await stopAll(both)
  })

  test('that are stopped before they are open again still answer what came meanwhile', async () => {
    const { host, both } = await two()
    await die(host)
    // The next thread runs, and has opened nothing yet.
    const senders = both.map(submitOne)
    await stopAll(both)
    // The batch lies in no arena of theirs, so the thread calls it corrupt; the broker would say 56.
    for (const sender of senders) expect([2, 87]).toContain(sender.reap()[0]?.errorCode)
  })

  test('are patient while the thread opens another of them', async () => {
    const { partition, starts, clock } = hostPartition()
    // The only turn is taken: no thread begins, and no batch is answered.
    starts.ask(() => {})
    const opening = partition.ready()
    const stands = { progress: 1, isRecovering: true }
    partition.tick(stands)
    clock.advance(60_000)
    partition.tick(stands)
    expect(partition.state).toBe('starting')
    partition.wentOnline()
    await opening
    submitOne(partition)
    clock.advance(60_000)
    partition.tick(stands)
    clock.advance(4_999)
    partition.tick({ progress: 1, isRecovering: false })
    expect(partition.state).toBe('online')
    clock.advance(5_000)
    partition.tick({ progress: 1, isRecovering: false })
    expect(partition.state).toBe('dying')
    hosted = null
  })
})
