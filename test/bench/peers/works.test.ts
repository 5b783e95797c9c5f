import { expect, test } from 'vitest'
import {
  FULL_SIZE,
  loggedRecords,
  type ProduceWork,
  producedRecords,
  QUICK_SIZE,
  turnsOf,
  WORKS,
  worksNamed
} from '../../../bench/peers/works.ts'

const names = (works: readonly { readonly name: string }[]): string[] => works.map(({ name }) => name)

test('a word names a work and what goes on with a dash, not what merely begins alike', () => {
  expect(names(worksNamed(['produce-100']))).toEqual(['produce-100', 'produce-100-tuned'])
  expect(names(worksNamed(['consume-1000', 'idle']))).toEqual(['consume-1000', 'idle'])
  expect(names(worksNamed(['consume']))).toEqual(['consume-100', 'consume-1000'])
  expect(worksNamed(['prod'])).toEqual([])
  expect(worksNamed([])).toEqual(WORKS)
})

test('a round has every contender of every work once, and works stay together', () => {
  const turns = turnsOf(worksNamed(['consume-100', 'idle']), 0, [])
  expect(turns.map(({ work, contender }) => `${work.name} ${contender}`)).toEqual([
    'consume-100 embedded',
    'consume-100 kafka',
    'consume-100 franz-go',
    'consume-100 embedded-poll',
    'idle embedded'
  ])
})

test('every second round runs backwards, so that nobody always comes first', () => {
  const works = worksNamed(['produce'])
  expect(turnsOf(works, 1, [])).toEqual(turnsOf(works, 0, []).reverse())
  expect(turnsOf(works, 2, [])).toEqual(turnsOf(works, 0, []))
})

test('who is absent has no turn', () => {
  const turns = turnsOf(WORKS, 0, ['franz-go'])
  expect(turns.filter(({ contender }) => contender === 'franz-go')).toEqual([])
  expect(turns.filter(({ contender }) => contender === 'kafka')).toHaveLength(6)
})

test('everyone who runs has records to run with', () => {
  for (const work of WORKS) {
    if (work.kind !== 'produce') continue
    for (const contender of work.contenders) {
      expect(producedRecords(contender, work, FULL_SIZE)).toBeGreaterThanOrEqual(400_000)
    }
  }
})

test('a number of records is for everyone, and a scale shortens all', () => {
  const work = WORKS.find((known): known is ProduceWork => known.kind === 'produce')!
  const asked = { ...FULL_SIZE, records: 5000 }
  expect([producedRecords('kafka', work, asked), loggedRecords(1000, asked)]).toEqual([5000, 5000])
  expect(loggedRecords(100, QUICK_SIZE)).toBe(loggedRecords(100, FULL_SIZE) * QUICK_SIZE.scale)
})
