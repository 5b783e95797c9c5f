import { expect, test } from 'vitest'
import { parsePeerOptions } from '../../../bench/peers/options.ts'
import { FULL_SIZE, QUICK_SIZE, WORKS } from '../../../bench/peers/works.ts'

test('without options it is the whole run, which becomes the baseline', () => {
  expect(parsePeerOptions([])).toEqual({
    pairs: 7,
    size: { ...FULL_SIZE, records: null },
    works: WORKS,
    outputFolder: 'reports/baseline'
  })
})

test('a run that is quick, partial, resized or short never becomes the baseline by itself', () => {
  const parts = [['--quick'], ['--only', 'idle'], ['--records', '5000'], ['--pairs', '6']]
  expect(parts.map(args => parsePeerOptions(args).outputFolder)).toEqual([null, null, null, null])
  expect(parsePeerOptions(['--quick', '--pairs', '9']).outputFolder).toBeNull()
  expect(parsePeerOptions(['--quick', '--out', 'elsewhere']).outputFolder).toBe('elsewhere')
  expect(parsePeerOptions(['--pairs', '9']).outputFolder).toBe('reports/baseline')
})

test('a quick run has two rounds unless told otherwise', () => {
  expect(parsePeerOptions(['--quick'])).toMatchObject({ pairs: 2, size: { scale: QUICK_SIZE.scale } })
  expect(parsePeerOptions(['--quick', '--pairs', '3']).pairs).toBe(3)
})

test('several works are named with commas', () => {
  const { works } = parsePeerOptions(['--only', 'produce-1000,consume-100'])
  expect(works.map(({ name }) => name)).toEqual(['produce-1000', 'produce-1000-tuned', 'consume-100'])
})

test.each([
  [['--pairs', '0'], '--pairs must be a whole number from 1'],
  [['--pairs', 'many'], 'not "many"'],
  [['--records', '10'], '--records must be a whole number from 1000'],
  [['--only', 'produce-10'], 'names no work'],
  [['--fast'], 'fast']
])('%j is refused with a sentence', (args, text) => {
  expect(() => parsePeerOptions(args)).toThrow(text)
})
