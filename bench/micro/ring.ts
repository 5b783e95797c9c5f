/** A slot number through the ring and back, both sides in one thread: the cost of words, not of wake-ups. */
import { RingHost, RingSender, ringBytes } from '../../src/threads/ring.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../src/threads/words.ts'
import { expectResult, type MicroBenchmark } from '../micro-benchmark.ts'

const CAPACITY = 8
const ROUNDS = 200

export function ringBenchmarks(): MicroBenchmark[] {
  return [1, 5].map(group => {
    const words = new AtomicWords(allocateWords(ringBytes(CAPACITY)))
    const sender = new RingSender(words, CAPACITY)
    const host = new RingHost(words, CAPACITY)
    const name = `ring, ${group} slot${group === 1 ? '' : 's'} per publication`
    const run = (): number => {
      let sum = 0
      for (let round = 0; round < ROUNDS; round += 1) {
        for (let slot = 1; slot <= group; slot += 1) sender.push(slot)
        sender.publish()
        const count = host.available()
        for (let index = 0; index < count; index += 1) sum += host.slotAt(index)
        host.complete(count)
        while (sender.hasCompleted) sum += sender.reap()
      }
      return sum
    }
    const expected = ROUNDS * group * (group + 1)
    const check = (found: number): void => expectResult(name, found, expected)
    return { name, bytes: 0, operations: ROUNDS * group, run, check }
  })
}
