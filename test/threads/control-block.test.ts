import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import {
  CONTROL_BLOCK_BYTES,
  ControlBlock,
  RUN_STATE_NONE,
  RUN_STATE_ONLINE,
  RUN_STATE_POISONED
} from '../../src/threads/control-block.ts'
import { emptyLogView } from '../../src/threads/log-view.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../src/threads/words.ts'

function freshBlock(): { block: ControlBlock; words: Int32Array; buffer: SharedArrayBuffer } {
  const buffer = allocateWords(CONTROL_BLOCK_BYTES)
  return { block: new ControlBlock(new AtomicWords(buffer)), words: new Int32Array(buffer), buffer }
}

describe('a control block', () => {
  test('keeps its words where the layout puts them', () => {
    const { block, words } = freshBlock()
    block.initialise(42)
    block.nextIncarnation()
    block.storeRunState(RUN_STATE_POISONED)
    block.beat()
    block.beat()
    block.publish({ ...emptyLogView(), leaderEpoch: 6 })
    block.publish({ ...emptyLogView(), leaderEpoch: 7 })
    expect(words.byteLength).toBe(4096)
    expect([words[0], words[1], words[2]]).toEqual([1, 42, 1])
    expect([words[16], words[17]]).toEqual([4, 2])
    expect([words[32], words[64 + 20], words[96 + 20]]).toEqual([2, 7, 6])
  })

  test('that the broker has not laid out has no partition', () => {
    const { block } = freshBlock()
    expect(() => block.partitionId).toThrow(InvariantError)
    block.initialise(9)
    expect(block.partitionId).toBe(9)
  })

  test('outlives its threads: a second one over the same words sees everything', () => {
    const { block, buffer } = freshBlock()
    block.initialise(3)
    expect(block.runState).toBe(RUN_STATE_NONE)
    expect([block.nextIncarnation(), block.nextIncarnation()]).toEqual([1, 2])
    block.storeRunState(RUN_STATE_ONLINE)
    block.beat()
    block.publish({ ...emptyLogView(), logEndOffset: 5, highWatermark: 5 })
    const successor = new ControlBlock(new AtomicWords(buffer))
    const view = emptyLogView()
    expect(successor.sample(view)).toBe(1)
    expect(view.logEndOffset).toBe(5)
    expect([successor.hostIncarnation, successor.runState, successor.heartbeat]).toEqual([2, 2, 1])
    expect(successor.viewVersion).toBe(1)
  })

  test('counts heartbeats and incarnations beyond 2^31', () => {
    const { block, words } = freshBlock()
    words[2] = 2 ** 31 - 1
    words[17] = 2 ** 31 - 1
    block.beat()
    expect([block.nextIncarnation(), block.heartbeat]).toEqual([-(2 ** 31), -(2 ** 31)])
  })
})
