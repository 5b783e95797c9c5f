import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/broker/engine.ts'
import { HostedPartition } from '../../src/broker/hosted-partition.ts'
import { randomId } from '../../src/broker/topic-id.ts'
import { partitionSettings } from '../../src/broker/topic-settings.ts'
import { AtomicWords } from '../../src/threads/words.ts'
import { threadEntry } from '../../src/threads/worker-entry.ts'
import { ManualClock } from '../support/manual-clock.ts'

const MIB = 2 ** 20
const BELL_ROW_WORDS = 32
const PARKED = 16
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

/** A partition on an engine whose clock stands: however slow the machine, deaths are close together. */
function hostPartition(): { partition: HostedPartition; engine: Engine; wentOffline: () => number } {
  const engine: Engine = { ...createEngine(16 * MIB), clock: new ManualClock() }
  let timesOffline = 0
  const place = {
    id: 1,
    topic: 'orders',
    partition: 0,
    topicId: randomId(seededRandom(1)),
    logDirectory: directory,
    settings: partitionSettings({}),
    entry: ENTRY,
    wentOffline: () => {
      timesOffline++
    }
  }
  const partition = new HostedPartition(place, engine)
  hosted = partition
  return { partition, engine, wentOffline: () => timesOffline }
}

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
})
