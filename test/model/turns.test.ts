/**
 * Two partitions of one thread, which dies anywhere, again and again: the broker sees in their control blocks
 * of which of them it died.
 */
import { describe, expect, test } from 'vitest'
import { invariant } from '../../src/base/invariant.ts'
import {
  ControlBlock,
  RUN_STATE_NONE,
  RUN_STATE_ONLINE,
  RUN_STATE_RECOVERING
} from '../../src/threads/control-block.ts'
import { explore, type Model, type Program } from './explorer.ts'
import { WordRegion } from './word-region.ts'

const BLOCK_WORDS = 1024
const PARTITIONS = [0, 1]
const TURNS = 2

interface Changes {
  readonly keepsOldTurns?: boolean
  readonly beatsOnce?: boolean
}

/** What the broker sees after an end, and how it leaves the blocks to the next thread; then that thread. */
function life(changes: Changes): Program {
  return words => {
    const blocks = PARTITIONS.map(at => new ControlBlock(new WordRegion(words, at * BLOCK_WORDS)))
    const atWork = blocks.filter(({ runState }) => runState === RUN_STATE_RECOVERING)
    const inTurn = blocks.filter(({ isInTurn }) => isInTurn)
    invariant(inTurn.length <= 1, 'at most one partition is to blame')
    invariant(
      atWork.every(block => inTurn.includes(block)),
      'the partition that was at work is the one in its turn'
    )
    for (const block of blocks) {
      block.storeRunState(RUN_STATE_NONE)
      if (!changes.keepsOldTurns) block.endTurn()
    }
    for (let turn = 0; turn < TURNS; turn++) for (const block of blocks) takeTurn(block, changes)
  }
}

/** The run state stands for all that may be thrown in a turn. */
function takeTurn(block: ControlBlock, { beatsOnce }: Changes): void {
  block.beat()
  block.storeRunState(RUN_STATE_RECOVERING)
  block.storeRunState(RUN_STATE_ONLINE)
  if (!beatsOnce) block.beat()
}

function model(changes: Changes): Model {
  return {
    threads: [{ name: 'thread', lives: Array<Program>(4).fill(life(changes)) }],
    ownerOf: () => 0,
    check(_, words) {
      const blocks = PARTITIONS.map(at => new ControlBlock(new WordRegion(words, at * BLOCK_WORDS)))
      invariant(!blocks.some(({ isInTurn }) => isInTurn), 'no turn is left over', {})
    }
  }
}

describe('turns of a thread', () => {
  test('tell of which partition it died, in every life', () => {
    const found = explore(model({}))
    expect(found.violation).toBeNull()
    expect(found.outcomes).toBeGreaterThan(0)
  })

  test('would tell of the wrong one if the broker left the turn of a dead thread as it was', () => {
    expect(explore(model({ keepsOldTurns: true })).violation?.text).toContain('no turn is left over')
  })

  test('would tell of a wrong one if a turn were counted only when it begins', () => {
    expect(explore(model({ beatsOnce: true })).violation?.text).toContain('the partition that was at work')
  })
})
