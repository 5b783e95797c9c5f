/** A caller of a ring whose host runs on a thread of its own; every payload and every answer is checked. */
import { BELLS_BYTES, Bells } from '../../src/threads/bells.ts'
import { RingSender, ringBytes, startRingAt } from '../../src/threads/ring.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../src/threads/words.ts'
import { threadEntry } from '../../src/threads/worker-entry.ts'
import { startThread, type ThreadHandle } from '../../src/threads/worker-pool.ts'
import { CALLER_ROW, HOST_ROW, PAYLOAD_WORDS } from './ring-thread.ts'

const CAPACITY = 8
const RING_THREAD = threadEntry(import.meta.url, './ring-thread.ts')

/** Everything a caller and its host share; the positions pass 2^31 on the way. */
export class RingBench {
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

  /** As `run`, blocking the thread. */
  runBlocking(entries: number): void {
    while (this.reaped < entries) {
      this.submit(entries - this.nextWord + 1)
      this.bells.sleep(CALLER_ROW, () => this.sender.hasCompleted, 5_000)
      this.reap()
    }
  }
}
