import { describe, expect, test } from 'vitest'
import type { Words } from '../../src/threads/words.ts'
import { explore, type Program } from './explorer.ts'

const thread = (name: string, ...lives: Program[]) => ({ name, lives })
const increment: Program = words => words.store(0, words.load(0) + 1)

describe('the explorer', () => {
  test('visits every interleaving of independent steps once', () => {
    const writes = (from: number): Program => {
      return words => {
        words.store(from, 1)
        words.store(from + 1, 1)
      }
    }
    const found = explore({ threads: [thread('a', writes(0)), thread('b', writes(2))] })
    expect(found).toEqual({ states: 9, outcomes: 1, violation: null })
  })

  test('finds both outcomes of two increments that are no atomic adds', () => {
    const ends = new Set<number>()
    const model = {
      threads: [thread('a', increment), thread('b', increment)],
      check: (_results: readonly unknown[], words: Words) => void ends.add(words.get(0))
    }
    expect(explore(model).violation).toBeNull()
    expect(ends).toEqual(new Set([1, 2]))
  })

  test('tells how a wrong outcome came about, step by step', () => {
    const found = explore({
      threads: [thread('a', increment), thread('b', increment)],
      nameOf: () => 'count',
      check(_results, words) {
        if (words.get(0) !== 2) throw new Error('an increment is lost')
      }
    })
    expect(found.violation?.kind).toBe('wrong outcome')
    expect(found.violation?.trace.toSorted()).toEqual([
      'a: count load -> 0',
      'a: count store 1',
      'b: count load -> 0',
      'b: count store 1'
    ])
  })

  test('gives programs their own results and starts words as told', () => {
    const results: unknown[] = []
    explore({
      threads: [thread('a', words => words.load(5) * 2), thread('b', () => 'at once')],
      setup: words => words.set(5, 21),
      check: ended => void results.push(...ended)
    })
    expect(results).toEqual([42, 'at once'])
  })

  test('lets a thread die before each access, and starts its next life there', () => {
    const outcomes = new Set<number>()
    const twoWrites: Program = words => {
      words.store(0, 1)
      words.store(1, 1)
    }
    const found = explore({
      threads: [thread('a', twoWrites, words => words.load(0) * 10 + words.load(1))],
      check: results => void outcomes.add(results[0] === undefined ? -1 : (results[0] as number))
    })
    expect(found.violation).toBeNull()
    expect(outcomes).toEqual(new Set([-1, 0, 10]))
  })

  test('finds a wait that nobody ends, also behind a notification that came too early', () => {
    const found = explore({
      threads: [
        thread('sleeper', words => {
          if (words.load(0) === 0) words.wait(1, 0, 1)
        }),
        thread('ringer', words => {
          words.store(0, 1)
          words.notify(1)
        })
      ]
    })
    expect(found.violation?.kind).toBe('deadlock')
    expect(found.violation?.trace.at(-1)).toBe('sleeper: word 1 wait -> 0')
  })

  test('wakes every thread that waits on the word, and no other', () => {
    const sleeper = (index: number): Program => {
      return words => {
        words.wait(index, 0, 1)
        return words.load(5)
      }
    }
    const outcomes: unknown[] = []
    const found = explore({
      threads: [
        thread('a', sleeper(0)),
        thread('b', sleeper(0)),
        thread('ringer', words => {
          words.store(5, 7)
          words.add(0, 1)
          words.notify(0)
        })
      ],
      check: results => void outcomes.push(...results.slice(0, 2))
    })
    expect(found.violation).toBeNull()
    expect(new Set(outcomes)).toEqual(new Set([7]))
    const other = explore({
      threads: [thread('a', sleeper(1)), thread('ringer', words => words.notify(0))]
    })
    expect(other.violation?.kind).toBe('deadlock')
  })

  test('counts lives: a life that may end is not the last one, though both run the same program', () => {
    const life: Program = words => {
      words.store(0, words.load(0) + 1)
      return words.load(0)
    }
    const outcomes = new Set<unknown>()
    const threads = [thread('a', life, life, life)]
    const found = explore({ threads, check: results => void outcomes.add(results[0]) })
    expect(outcomes).toEqual(new Set([1, 2, 3]))
    // Four points in a life that finds 0; the second finds 0 or 1, the third 0, 1 or 2.
    expect(found.states).toBe(4 * (1 + 2 + 3))
  })

  test('lets a thread die in its wait', () => {
    const found = explore({
      threads: [
        thread(
          'a',
          words => words.wait(0, 0, 1),
          words => words.store(1, 1)
        )
      ]
    })
    expect(found.violation?.kind).toBe('deadlock')
    expect(found.states).toBeGreaterThanOrEqual(2)
  })

  test('finds plain words that nothing publishes', () => {
    const writer: Program = words => {
      words.set(0, 1)
      words.store(1, 1)
    }
    const polite: Program = words => (words.load(1) === 1 ? words.get(0) : 0)
    const hasty: Program = words => words.get(0)
    expect(explore({ threads: [thread('w', writer), thread('r', polite)] }).violation).toBeNull()
    const found = explore({ threads: [thread('w', writer), thread('r', hasty)] })
    expect(found.violation).toMatchObject({ kind: 'race', text: 'w (set) and r (get) at word 0' })
  })

  test('reports a program that throws, also at its start', () => {
    const broken: Program = () => {
      throw new Error('cannot be')
    }
    expect(explore({ threads: [thread('a', broken)] }).violation).toEqual({
      kind: 'broken',
      text: 'a: Error: cannot be',
      trace: []
    })
    const later = explore({
      threads: [
        thread('a', words => {
          if (words.load(0) === 1) throw new Error('cannot be')
        }),
        thread('b', words => words.store(0, 1))
      ]
    })
    expect(later.violation).toMatchObject({
      kind: 'broken',
      trace: ['b: word 0 store 1', 'a: word 0 load -> 1']
    })
  })

  test('does not interleave what a thread does to its own words, but lets it die between', () => {
    const writes = (from: number): Program => {
      return words => {
        words.store(from, 1)
        words.store(from + 1, 1)
      }
    }
    const ownerOf = (index: number): number => (index < 2 ? 0 : 1)
    const threads = [thread('a', writes(0), () => 'died'), thread('b', writes(2))]
    const results = new Set<unknown>()
    const found = explore({ threads, ownerOf, check: ended => void results.add(ended[0]) })
    expect([found.states, results]).toEqual([11, new Set([undefined, 'died'])])
    expect(explore({ threads }).states).toBe(15)
    expect(explore({ threads, mayDieAt: index => index === 1 }).states).toBe(12)
    const wrong = { threads, ownerOf: () => 1 }
    expect(() => explore(wrong)).toThrow('a touches a word that is not its own')
  })

  test('lets a program forget what it has read, so that a loop has few states and an end', () => {
    const poll: Program = words => {
      do words.knows('nothing')
      while (words.load(0) === 0)
      return 'seen'
    }
    const results: unknown[] = []
    const found = explore({
      threads: [thread('poller', poll), thread('setter', words => words.store(0, 1))],
      check: ended => void results.push(ended[0])
    })
    expect(found).toEqual({ states: 3, outcomes: 1, violation: null })
    expect(results).toEqual(['seen'])
  })

  test('does not take different knowledge for the same', () => {
    const addUp: Program = words => {
      let sum = 0
      for (let round = 0; round < 3; round++) {
        words.knows({ round, sum })
        sum += words.load(0)
      }
      return sum
    }
    const sums = new Set<unknown>()
    explore({
      threads: [thread('a', addUp), thread('b', words => words.store(0, 1))],
      check: ended => void sums.add(ended[0])
    })
    expect(sums).toEqual(new Set([0, 1, 2, 3]))
  })

  test('refuses a program that is not a function of what it reads', () => {
    let runs = 0
    const moody: Program = words => words.load(runs++)
    const threads = [thread('a', moody), thread('b', words => words.store(0, 5))]
    expect(() => explore({ threads })).toThrow('deterministic')
  })
})
