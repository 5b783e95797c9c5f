/** The ring, the bells and the confirmed end on real threads: the compiled host runs beside this one. */
import { describe, expect, test } from 'vitest'
import { BELLS_BYTES, Bells } from '../../src/threads/bells.ts'
import { RingSender, ringBytes, startRingAt } from '../../src/threads/ring.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../src/threads/words.ts'
import { threadEntry } from '../../src/threads/worker-entry.ts'
import { startThread, type ThreadHandle } from '../../src/threads/worker-pool.ts'
import { CALLER_ROW, HOST_ROW, PAYLOAD_WORDS } from '../support/ring-thread.ts'

const CAPACITY = 8
const RING_THREAD = threadEntry(import.meta.url, '../support/ring-thread.ts')

/** Everything a caller and its host share; the positions pass 2^31 on the way. */
class Bench {
  readonly ring = allocateWords(ringBytes(CAPACITY))
  readonly payload = allocateWords(CAPACITY * PAYLOAD_WORDS * 4)
  readonly bellWords = allocateWords(BELLS_BYTES)
  readonly bells = new Bells(new AtomicWords(this.bellWords))
  readonly slots = new Int32Array(this.payload)
  readonly sender: RingSender
  readonly free: number[] = [0, 1, 2, 3, 4, 5, 6, 7]
  nextWord = 1
  wrong = 0
  reaped = 0

  constructor() {
    const start = 2 ** 31 - 1_000
    startRingAt(new AtomicWords(this.ring), start)
    this.sender = new RingSender(new AtomicWords(this.ring), CAPACITY, start)
  }

  startHost(): ThreadHandle {
    const { ring, payload, bellWords: bells } = this
    return startThread(RING_THREAD, { ring, payload, bells, capacity: CAPACITY })
  }

  /** Submits as many slots as are free and rings the host. */
  submit(upTo: number): void {
    for (let n = Math.min(upTo, this.free.length); n > 0; n--) {
      const slot = this.free.shift() as number
      this.slots.fill(this.nextWord++, slot * PAYLOAD_WORDS, (slot + 1) * PAYLOAD_WORDS)
      this.sender.push(slot)
    }
    if (this.sender.publish()) this.bells.ring(HOST_ROW)
  }

  /** Reaps what is completed; the answer of the n-th entry is the complement of its word. */
  reap(): void {
    for (let slot = this.sender.reap(); slot >= 0; slot = this.sender.reap()) {
      if (this.slots[slot * PAYLOAD_WORDS] !== ~(this.reaped + 1)) this.wrong++
      this.reaped++
      this.free.push(slot)
    }
  }

  async run(entries: number): Promise<void> {
    while (this.reaped < entries) {
      this.submit(entries - this.nextWord + 1)
      await this.bells.sleepAsync(CALLER_ROW, () => this.sender.hasCompleted, 5_000)
      this.reap()
    }
  }
}

describe('a caller and a host on two threads', () => {
  test('pass 20,000 slots through a ring of 8 without a fault, over the wrap of the positions', async () => {
    const bench = new Bench()
    const host = bench.startHost()
    await bench.run(20_000)
    const answer = host.port.call('count torn payloads', {})
    bench.bells.ring(HOST_ROW)
    expect((await answer).body).toEqual({ torn: 0 })
    bench.sender.close()
    bench.bells.ring(HOST_ROW)
    expect(await host.ended).toEqual({ error: null })
    expect([bench.wrong, bench.reaped, bench.sender.inFlight]).toEqual([0, 20_000, 0])
  })

  test('a new host finishes what one that was killed in its sleep has left', async () => {
    const bench = new Bench()
    const first = bench.startHost()
    await bench.run(100)
    first.port.onClose(() => bench.bells.markDead(HOST_ROW))
    first.abort()
    bench.submit(5)
    await first.ended
    bench.bells.revive(HOST_ROW)
    const second = bench.startHost()
    await bench.run(1_000)
    bench.sender.close()
    bench.bells.ring(HOST_ROW)
    await second.ended
    expect([bench.wrong, bench.reaped]).toEqual([0, 1_000])
  })
})
