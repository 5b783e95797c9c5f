/**
 * A reader of tail blocks on a thread of its own: leases the newest batches, holds them for a random time,
 * and checks every byte at the end of the lease. It ends when the view is negative.
 */
import { seededRandom } from '../../src/base/random.ts'
import { Arena } from '../../src/threads/arena.ts'
import { TailReader } from '../../src/threads/tail-blocks.ts'
import { enterThread } from '../../src/threads/thread-start.ts'
import { BATCH_BYTES, isWhole, type TailStressStart, tailPlace, VIEW_WORD } from './tail-stress.ts'

export interface TailStressReport {
  readonly leases: number
  readonly errors: number
}

export default async (task: unknown): Promise<void> => {
  const { data, port } = enterThread(task)
  const start = data['start'] as TailStressStart
  const row = data['row'] as number
  const place = tailPlace(start)
  const arena = new Arena(start.arena)
  const tail = new TailReader(place, row)
  const random = seededRandom(row + 1)
  port.post('ready', {})
  let leases = 0
  let errors = 0
  for (;;) {
    const end = place.words.load(VIEW_WORD)
    if (end < 0) break
    const position = end - BATCH_BYTES * (1 + random.below(4))
    if (position < 0 || !tail.find(0, position, { hwSegment: 0, hwPosition: end })) continue
    leases++
    for (let spins = random.below(2000); spins > 0; spins--) place.words.load(VIEW_WORD)
    for (let at = 0; at < tail.length; at += BATCH_BYTES) {
      if (!isWhole(arena, tail.address + at, position + at)) errors++
    }
    tail.release()
  }
  const report: TailStressReport = { leases, errors }
  port.post('report', report)
  port.close()
}
