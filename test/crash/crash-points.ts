/**
 * Places where a partition thread can be made to stand still, so that it is killed exactly there: behind each
 * step of a pass, and behind each step of a recovery.
 *
 *   word 0   partition + 1 that is to stop, 0 none       test
 *   word 1   number of the point                         test
 *   word 2   1 once it stands there                      partition thread
 *   word 3   never changes: the stopped thread waits for it
 */
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../src/threads/words.ts'
import { PASS_STEPS } from '../support/pass-steps.ts'

export const RECOVERY_POINTS = [
  'begin',
  'openLog',
  'list',
  'cutTail',
  'sweep',
  'republish',
  'finish'
] as const

export type CrashPoint = (typeof PASS_STEPS)[number] | (typeof RECOVERY_POINTS)[number]

const POINTS: readonly CrashPoint[] = [...PASS_STEPS, ...RECOVERY_POINTS]
const PARTITION = 0
const POINT = 1
const REACHED = 2
const NEVER = 3
const FOREVER_MS = 600_000

export function allocateCrashWords(): SharedArrayBuffer {
  return allocateWords(4 * (NEVER + 1))
}

/** Both ends: the test arms, the partition thread passes. */
export class CrashSwitch {
  readonly #words: AtomicWords

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new AtomicWords(buffer)
  }

  arm(partition: number, point: CrashPoint): void {
    this.#words.store(REACHED, 0)
    this.#words.store(POINT, POINTS.indexOf(point))
    this.#words.store(PARTITION, partition + 1)
  }

  disarm(): void {
    this.#words.store(PARTITION, 0)
  }

  get isReached(): boolean {
    return this.#words.load(REACHED) === 1
  }

  /** The partition thread is behind a step: it goes no further if it is to die here. */
  pass(partition: number, point: CrashPoint): void {
    const words = this.#words
    if (words.load(PARTITION) !== partition + 1 || words.load(POINT) !== POINTS.indexOf(point)) return
    words.store(PARTITION, 0)
    words.store(REACHED, 1)
    words.wait(NEVER, 0, FOREVER_MS)
  }
}
