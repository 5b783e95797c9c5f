/**
 * The lives of a host in its control block: what the broker and readers conclude from it is true in every
 * life.
 */
import { describe, expect, test } from 'vitest'
import { invariant } from '../../src/base/invariant.ts'
import { ControlBlock, RUN_STATE_ONLINE, RUN_STATE_RECOVERING } from '../../src/threads/control-block.ts'
import { emptyLogView, type LogView } from '../../src/threads/log-view.ts'
import type { Words } from '../../src/threads/words.ts'
import { explore, type Model, type Program } from './explorer.ts'

const PARTITION = 7

interface Changes {
  readonly onlineBeforeView?: boolean
  readonly startsFromNothing?: boolean
}

function viewOf(logEndOffset: number): LogView {
  return { ...emptyLogView(), logEndOffset, highWatermark: logEndOffset, leoPosition: 10 * logEndOffset }
}

/** Recovers what was published, appends one record, comes online. */
function life(changes: Changes): Program {
  return words => {
    const block = new ControlBlock(words)
    block.nextIncarnation()
    block.storeRunState(RUN_STATE_RECOVERING)
    const view = emptyLogView()
    if (!changes.startsFromNothing) block.sample(view)
    if (changes.onlineBeforeView) block.storeRunState(RUN_STATE_ONLINE)
    block.publish(viewOf(view.logEndOffset + 1))
    block.storeRunState(RUN_STATE_ONLINE)
    block.beat()
    return view.logEndOffset + 1
  }
}

/** Looks twice, as the broker and a reader do. */
const observer: Program = words => {
  const block = new ControlBlock(words)
  let last = { incarnation: 0, heartbeat: 0, logEndOffset: 0 }
  for (let look = 0; look < 2; look++) {
    words.knows({ look, ...last })
    const online = block.runState === RUN_STATE_ONLINE
    const { hostIncarnation: incarnation, heartbeat } = block
    const view = emptyLogView()
    const version = block.sample(view)
    const { logEndOffset } = view
    const counts = { version, incarnation, heartbeat }
    if (online) invariant(version !== 0 && incarnation > 0, 'a host that is online has published', counts)
    invariant(version !== null, 'two publications are sampled in fewer than 8 attempts')
    invariant(view.leoPosition === 10 * logEndOffset, 'a view is whole', { logEndOffset })
    invariant(logEndOffset >= last.logEndOffset, 'the log end never falls', { logEndOffset, version })
    invariant(incarnation >= last.incarnation && heartbeat >= last.heartbeat, 'counts never fall', counts)
    last = { incarnation, heartbeat, logEndOffset }
  }
}

const NAMES: Record<number, string> = {
  0: 'layoutVersion',
  1: 'partitionId',
  2: 'incarnation',
  16: 'runState',
  17: 'heartbeat',
  32: 'viewVersion'
}

/** @param published log end offset that an earlier host had published, 0 for none */
function model(changes: Changes, lives: number, published = 0): Model {
  return {
    threads: [
      { name: 'host', lives: Array<Program>(lives).fill(life(changes)) },
      { name: 'observer', lives: [observer] }
    ],
    setup(words) {
      const block = new ControlBlock(words)
      block.initialise(PARTITION)
      if (published > 0) block.publish(viewOf(published))
    },
    nameOf: index => NAMES[index] ?? `view ${(index - 64) >> 5} word ${(index - 64) & 31}`,
    check([logEndOffset], words: Words) {
      const block = new ControlBlock(words)
      const view = emptyLogView()
      block.sample(view)
      invariant(view.logEndOffset === logEndOffset, 'the last publication stands', {})
      invariant(block.partitionId === PARTITION, 'the partition is the same in every life', {})
    }
  }
}

describe('a control block', () => {
  test('tells the truth in both lives of its host', () => {
    const found = explore(model({}, 2))
    expect(found.violation).toBeNull()
    expect(found.states).toBeGreaterThan(150_000)
  })

  test('would show an online host without a view if it came online before it published', () => {
    const { violation } = explore(model({ onlineBeforeView: true }, 1))
    expect(violation?.text).toContain('a host that is online has published')
    expect(violation?.trace.at(-1)).toMatch(/^observer: viewVersion load/)
  })

  test('would lose the log end if a new host did not start from the published view', () => {
    const { violation } = explore(model({ startsFromNothing: true }, 1, 3))
    expect(violation?.text).toContain('the log end never falls')
    expect(violation?.trace).toContain('host: viewVersion store 2')
  })
})
