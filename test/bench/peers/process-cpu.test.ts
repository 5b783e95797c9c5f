import { expect, test } from 'vitest'
import { busySecondsIn, cpuSecondsIn } from '../../../bench/peers/process-cpu.ts'

/**
 * proc(5): pid, name, state, then numbers; utime and stime are fields 14 and 15, of ended children 16 and 17.
 */
const STAT =
  '4711 (node (main) x) S 4710 4711 4711 34816 4711 4194304 9532 12 0 0 1234 66 250 50 20 0 11 0 98765 1 2\n'

test('user and system time stand behind the name, whatever is in it', () => {
  expect(cpuSecondsIn(STAT, 11)).toBe(13)
  expect(cpuSecondsIn(STAT, 13)).toBe(3)
})

test('a machine is busy with all but idling and waiting for disks', () => {
  const stat = 'cpu  1000 10 500 90000 7000 3 2 85 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n'
  expect(busySecondsIn(stat)).toBe(16)
})
