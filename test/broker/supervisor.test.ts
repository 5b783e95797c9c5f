import { expect, test } from 'vitest'
import { Supervisor } from '../../src/broker/supervisor.ts'
import {
  RUN_STATE_NONE,
  RUN_STATE_ONLINE,
  RUN_STATE_POISONED,
  RUN_STATE_RECOVERING
} from '../../src/threads/control-block.ts'

const signs = (heartbeat = 0, workWaiting = false, runState = RUN_STATE_ONLINE) => ({
  heartbeat,
  workWaiting,
  runState
})

function onlineAt(now: number): Supervisor {
  const supervisor = new Supervisor()
  supervisor.needed(now)
  supervisor.online(now)
  return supervisor
}

test('the first use starts the thread, the second does not', () => {
  const supervisor = new Supervisor()
  expect(supervisor.needed(0)).toBe('start')
  expect(supervisor.needed(1)).toBe('none')
  expect(supervisor.state).toBe('starting')
  supervisor.online(2)
  expect(supervisor.state).toBe('online')
  expect(supervisor.needed(3)).toBe('none')
})

test('a thread that dies is started again', () => {
  const supervisor = onlineAt(0)
  expect(supervisor.ended(1, RUN_STATE_ONLINE)).toBe('start')
  expect(supervisor.state).toBe('starting')
})

test('the third death within 10 s is the last', () => {
  const supervisor = onlineAt(0)
  expect(supervisor.ended(0, RUN_STATE_ONLINE)).toBe('start')
  expect(supervisor.ended(5_000, RUN_STATE_RECOVERING)).toBe('start')
  expect(supervisor.ended(9_999, RUN_STATE_NONE)).toBe('go-offline')
  expect(supervisor.state).toBe('offline')
})

test('three deaths in a longer time are three restarts', () => {
  const supervisor = onlineAt(0)
  expect(supervisor.ended(0, RUN_STATE_ONLINE)).toBe('start')
  expect(supervisor.ended(5_000, RUN_STATE_ONLINE)).toBe('start')
  expect(supervisor.ended(10_000, RUN_STATE_ONLINE)).toBe('start')
})

test('a poisoned log is not opened again', () => {
  const supervisor = onlineAt(0)
  expect(supervisor.ended(1, RUN_STATE_POISONED)).toBe('go-offline')
  expect(supervisor.needed(2)).toBe('none')
  expect(supervisor.state).toBe('offline')
})

test('a heart that stands still for 5 s while work waits is stopped', () => {
  const supervisor = onlineAt(0)
  expect(supervisor.tick(1_000, signs(1, true))).toBe('none')
  expect(supervisor.tick(5_999, signs(1, true))).toBe('none')
  expect(supervisor.tick(6_000, signs(1, true))).toBe('abort')
  expect(supervisor.state).toBe('dying')
  expect(supervisor.tick(60_000, signs(1, true))).toBe('none')
  expect(supervisor.ended(60_001, RUN_STATE_ONLINE)).toBe('start')
})

test('a heart that beats, or has nothing to do, may take its time', () => {
  const supervisor = onlineAt(0)
  for (let beat = 1; beat < 10; beat++) expect(supervisor.tick(beat * 4_999, signs(beat, true))).toBe('none')
  expect(supervisor.tick(100_000, signs(9, false))).toBe('none')
  expect(supervisor.tick(104_999, signs(9, true))).toBe('none')
  expect(supervisor.tick(105_000, signs(9, true))).toBe('abort')
})

test('a thread that does not come up within 30 s is stopped, one that recovers has longer', () => {
  const silent = new Supervisor()
  silent.needed(0)
  expect(silent.tick(29_999, signs(0, false, RUN_STATE_NONE))).toBe('none')
  expect(silent.tick(30_000, signs(0, false, RUN_STATE_NONE))).toBe('abort')
  const recovering = new Supervisor()
  recovering.needed(0)
  expect(recovering.tick(119_999, signs(0, false, RUN_STATE_RECOVERING))).toBe('none')
  expect(recovering.tick(120_000, signs(0, false, RUN_STATE_RECOVERING))).toBe('abort')
})

test('a thread that is asked to stop is let go of at its end', () => {
  const supervisor = onlineAt(0)
  expect(supervisor.stop(1)).toBe('ask-to-stop')
  expect(supervisor.ended(2, RUN_STATE_ONLINE)).toBe('release')
  expect(supervisor.state).toBe('none')
})

test('a thread that does not obey is stopped after a minute', () => {
  const supervisor = onlineAt(0)
  supervisor.stop(0)
  expect(supervisor.tick(59_999, signs())).toBe('none')
  expect(supervisor.tick(60_000, signs())).toBe('abort')
  expect(supervisor.ended(60_001, RUN_STATE_ONLINE)).toBe('release')
})

test('what never ran, or is offline, is let go of at once', () => {
  expect(new Supervisor().stop(0)).toBe('release')
  const offline = onlineAt(0)
  offline.ended(0, RUN_STATE_POISONED)
  expect(offline.stop(1)).toBe('release')
})

test('a dying thread that is asked to stop is not started again', () => {
  const supervisor = new Supervisor()
  supervisor.needed(0)
  supervisor.tick(30_000, signs(0, false, RUN_STATE_NONE))
  expect(supervisor.stop(30_001)).toBe('none')
  expect(supervisor.ended(30_002, RUN_STATE_NONE)).toBe('release')
})

test('the time of a start counts from when the thread had its turn', () => {
  const supervisor = new Supervisor()
  supervisor.needed(0)
  supervisor.started(500_000)
  expect(supervisor.tick(529_999, signs(0, false, RUN_STATE_NONE))).toBe('none')
  expect(supervisor.tick(530_000, signs(0, false, RUN_STATE_NONE))).toBe('abort')
})

test('three starts in a row that never served are the last, however long each took', () => {
  const supervisor = new Supervisor()
  supervisor.needed(0)
  expect(supervisor.ended(30_000, RUN_STATE_NONE)).toBe('start')
  expect(supervisor.ended(60_000, RUN_STATE_RECOVERING)).toBe('start')
  expect(supervisor.ended(90_000, RUN_STATE_NONE)).toBe('go-offline')
})

test('a start that serves makes up for those before it that did not', () => {
  const supervisor = new Supervisor()
  supervisor.needed(0)
  supervisor.ended(30_000, RUN_STATE_NONE)
  supervisor.ended(60_000, RUN_STATE_NONE)
  supervisor.online(61_000)
  expect(supervisor.ended(90_000, RUN_STATE_ONLINE)).toBe('start')
  expect(supervisor.ended(120_000, RUN_STATE_NONE)).toBe('start')
  expect(supervisor.ended(150_000, RUN_STATE_NONE)).toBe('start')
  expect(supervisor.ended(180_000, RUN_STATE_NONE)).toBe('go-offline')
})

test('a death that another partition of the thread is to blame for does not count', () => {
  const supervisor = onlineAt(0)
  for (let death = 0; death < 9; death++) {
    expect(supervisor.ended(death, RUN_STATE_ONLINE, false)).toBe('start')
    supervisor.online(death)
  }
  expect(supervisor.ended(9, RUN_STATE_ONLINE)).toBe('start')
  expect(supervisor.ended(10, RUN_STATE_POISONED, false)).toBe('go-offline')
})

test('starts that end by the doing of another are no failed starts', () => {
  const supervisor = new Supervisor()
  supervisor.needed(0)
  for (let end = 1; end < 9; end++) {
    expect(supervisor.ended(end * 30_000, RUN_STATE_NONE, false)).toBe('start')
  }
})

test('a thread that closes one log after another may take as long as it gets on', () => {
  const supervisor = onlineAt(0)
  supervisor.stop(0)
  for (let closed = 1; closed < 9; closed++)
    expect(supervisor.tick(closed * 59_999, signs(closed))).toBe('none')
  expect(supervisor.tick(8 * 59_999 + 60_000, signs(8))).toBe('abort')
})

test('a thread that opens one log after another may take as long as it gets on', () => {
  const supervisor = new Supervisor()
  supervisor.needed(0)
  const opening = (heartbeat: number) => signs(heartbeat, false, RUN_STATE_NONE)
  for (let opened = 1; opened < 9; opened++)
    expect(supervisor.tick(opened * 29_999, opening(opened))).toBe('none')
  expect(supervisor.tick(8 * 29_999 + 30_000, opening(8))).toBe('abort')
})
