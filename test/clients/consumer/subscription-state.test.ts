import { expect, test } from 'vitest'
import { SubscriptionState } from '../../../src/clients/consumer/subscription-state.ts'

const place = (partition: number) => ({ topic: 't', partition })

function stateOf(...ranges: Parameters<SubscriptionState['assign']>[0]): SubscriptionState {
  const state = new SubscriptionState({ to: 'latest' })
  state.assign(ranges)
  for (const partition of state.all) partition.isOpen = true
  return state
}

test('a partition that stays keeps its position and its pause, and loses its end', () => {
  const state = stateOf({ ...place(0), to: 9 }, place(1))
  const kept = state.find(place(0))
  kept.moveTo(5)
  kept.isPaused = true
  state.assign([place(2), place(0)])
  expect(state.find(place(0))).toBe(kept)
  expect(kept).toMatchObject({ position: 5, isPaused: true, end: Number.POSITIVE_INFINITY })
  expect(() => state.find(place(1))).toThrow('t-1 is not assigned to this consumer')
})

test('a range begins at its offset, also where the partition stood elsewhere', () => {
  const state = stateOf(place(0))
  state.find(place(0)).moveTo(50)
  state.assign([{ ...place(0), from: 3, to: 7 }])
  expect(state.find(place(0))).toMatchObject({ position: 3, end: 7, isAtEnd: false })
})

test('all are at their ends only where each has one', () => {
  const state = stateOf({ ...place(0), from: 3, to: 3 }, { ...place(1), from: 0, to: 2 })
  expect(state.isAtEnd).toBe(false)
  state.find(place(1)).moveTo(2)
  expect(state.isAtEnd).toBe(true)
  state.assign([])
  expect(state.isAtEnd).toBe(false)
})

test('rounds take turns and leave out what is paused, ended or not ready', () => {
  const state = stateOf(place(0), place(1), place(2), { ...place(3), from: 1, to: 1 })
  for (const partition of state.all.slice(0, 3)) partition.moveTo(0)
  const round = () => state.round(state.active()).map(({ partition }) => partition)
  expect([round(), round(), round(), round()]).toEqual([
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
    [0, 1, 2]
  ])
  state.find(place(1)).isPaused = true
  state.find(place(2)).isOpen = false
  expect(round()).toEqual([0])
})

test('offsets that are none and partitions named twice are refused, and nothing is changed', () => {
  const state = stateOf(place(7))
  expect(() => state.assign([{ ...place(0), from: -1 }])).toThrow(
    'An offset must be a whole number, 0 or more, not -1'
  )
  expect(() => state.assign([{ ...place(0), to: 1.5 }])).toThrow('0 or more, not 1.5')
  expect(() => state.assign([place(0), place(0)])).toThrow('t-0 is named twice: assign it once')
  expect(state.all.map(({ partition }) => partition)).toEqual([7])
})

test('lag is what lies between the position and the last known end of the log', () => {
  const state = stateOf(place(0))
  const partition = state.find(place(0))
  expect(partition.lag).toBeNull()
  partition.highWatermark = 10
  expect(partition.lag).toBeNull()
  partition.moveTo(4)
  expect(partition.lag).toBe(6)
  partition.moveTo(12)
  expect(partition.lag).toBe(0)
})
