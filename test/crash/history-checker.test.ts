import { expect, test } from 'vitest'
import { checkHistory } from './history-checker.ts'

const none: ReadonlySet<string> = new Set()
const record = (offset: number, caller: number, number: number) => ({ offset, caller, number })
const acknowledgement = (caller: number, number: number, offset: number) => ({
  caller,
  number,
  partition: 0,
  offset
})

test('a log that holds what was acknowledged, and more that was not answered, is right', () => {
  const history = { acknowledgements: [acknowledgement(1, 0, 0)], refused: none }
  expect(checkHistory(history, [[record(0, 1, 0), record(1, 1, 1)]])).toEqual([])
})

test.each([
  ['a lost record', [], none, 'stands at undefined'],
  ['a moved record', [record(0, 2, 0), record(1, 1, 0)], none, 'acknowledged at 0@0 and stands at 0@1'],
  ['a doubled record', [record(0, 1, 0), record(1, 1, 0)], none, 'stands at 0@0 and at 0@1'],
  ['a refused record', [record(0, 1, 0)], new Set(['1:0']), 'told that it failed'],
  ['a gap', [record(0, 1, 0), record(2, 1, 1)], none, 'offset 2 of partition 0 stands where 1 follows'],
  ['a broken order', [record(0, 1, 0), record(1, 1, 3), record(2, 1, 2)], none, 'stands behind a later one']
])('%s is found', (_name, log, refused, fault) => {
  const history = { acknowledgements: [acknowledgement(1, 0, 0)], refused }
  expect(checkHistory(history, [log]).join('\n')).toContain(fault)
})
