/**
 * A host for the tests of src/threads on real threads: it blocks on its bell, checks that each slot holds the
 * word its sender wrote, answers with the word's complement and completes. Commands come through `drain`.
 */
import { Bells } from '../../src/threads/bells.ts'
import { RingHost } from '../../src/threads/ring.ts'
import { enterThread } from '../../src/threads/thread-start.ts'
import { AtomicWords } from '../../src/threads/words.ts'

export const HOST_ROW = 0
export const CALLER_ROW = 1
/** Words of a slot's payload; the answer is the first word again. */
export const PAYLOAD_WORDS = 64
const WAIT_MS = 5_000

export default async (task: unknown): Promise<number> => {
  const { data, port } = enterThread(task)
  const ring = new RingHost(new AtomicWords(data['ring'] as SharedArrayBuffer), data['capacity'] as number)
  const payload = new AtomicWords(data['payload'] as SharedArrayBuffer)
  const bells = new Bells(new AtomicWords(data['bells'] as SharedArrayBuffer))
  let torn = 0
  while (!ring.isDrained) {
    for (const command of port.drain()) port.reply(command, { torn })
    const count = Math.min(ring.available(), 3)
    for (let index = 0; index < count; index++) {
      const at = ring.slotAt(index) * PAYLOAD_WORDS
      const word = payload.get(at)
      for (let i = 1; i < PAYLOAD_WORDS; i++) if (payload.get(at + i) !== word) torn++
      payload.set(at, ~word)
    }
    if (count > 0) {
      ring.complete(count)
      bells.ring(CALLER_ROW)
    } else {
      const mustWake = (): boolean => ring.available() > 0 || ring.isDrained || port.hasCommands
      bells.sleep(HOST_ROW, mustWake, WAIT_MS)
    }
  }
  return torn
}
