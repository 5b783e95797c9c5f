import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admissibleCount, ceilingBy, ceilingsOf } from '../../src/planner/admissible-count.ts'
import { checkFiles, kafkaFiles } from '../../src/planner/file-count.ts'
import { checkLimits, replicasPerBroker } from '../../src/planner/limits.ts'
import { profileNamed } from '../../src/planner/profiles.ts'

const RATE = { name: 'the target rate', partitions: 27 }
const KEYS = { name: 'the hottest key', partitions: 12 }

describe('the interval', () => {
  test('runs from the greatest floor to the least ceiling, and names both', () => {
    const ceilings = [
      { name: 'replicas per broker', partitions: 4000 },
      { name: 'memory', partitions: 310 },
      { name: 'open files', partitions: 310 }
    ]
    expect(admissibleCount([KEYS, RATE], ceilings)).toEqual({
      kind: 'some',
      min: 27,
      minSetBy: 'the target rate',
      max: 310,
      maxSetBy: 'memory',
      sentence: 'From 27 (set by the target rate) to 310 partitions (set by memory).'
    })
  })

  test('of one count is admissible', () => {
    const result = admissibleCount([RATE], [{ name: 'memory', partitions: 27 }])
    expect(result).toMatchObject({ kind: 'some', min: 27, max: 27 })
  })

  test('that is empty names the two that conflict', () => {
    const ceilings = [
      { name: 'memory', partitions: 20 },
      { name: 'replicas per broker', partitions: 8 }
    ]
    expect(admissibleCount([RATE, KEYS], ceilings)).toEqual({
      kind: 'none',
      floor: RATE,
      ceiling: { name: 'replicas per broker', partitions: 8 },
      sentence:
        'No count keeps every limit: the target rate asks for 27 partitions, replicas per broker permits 8.'
    })
  })

  test('without a ceiling is open above', () => {
    expect(admissibleCount([RATE], [])).toEqual({
      kind: 'some',
      min: 27,
      minSetBy: 'the target rate',
      max: null,
      maxSetBy: null,
      sentence: 'At least 27 partitions, set by the target rate; no known limit above.'
    })
  })

  test('needs something that asks for partitions', () => {
    expect(() => admissibleCount([], [])).toThrow('asks')
  })
})

describe('ceilings', () => {
  test('are the last count that is within, to the partition', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), limit => {
        expect(ceilingBy('x', count => count <= limit)).toEqual([{ name: 'x', partitions: limit }])
      })
    )
  })

  test('that no count reaches are none', () => {
    expect(ceilingBy('x', () => true)).toEqual([])
  })

  test('of three brokers: with 9 segments a replica the maps of Linux, not the replicas', () => {
    const checksAt = (partitions: number, segments: number) => {
      const placement = {
        partitions,
        replicationFactor: 3,
        brokers: 3,
        brokerCores: null,
        brokerMemoryBytes: null
      }
      const replicas = replicasPerBroker(placement)
      const files = kafkaFiles({ replicas, segmentsPerReplica: segments, connections: 50 })
      const machine = { openFilesMax: 100_000, mapsMax: 65_530, source: 'this machine', date: '2026-11-22' }
      return [...checkLimits(placement, profileNamed('apache-kafka-4.1')), ...checkFiles(files, machine)]
    }
    expect(ceilingsOf(partitions => checksAt(partitions, 8))).toEqual([
      { name: 'replicas per broker', partitions: 4000 },
      { name: 'replicas in the cluster', partitions: 666_666 },
      { name: 'open files (ulimit -n)', partitions: 12_493 },
      { name: 'memory maps (vm.max_map_count)', partitions: 4080 }
    ])
    const nine = admissibleCount(
      [RATE],
      ceilingsOf(partitions => checksAt(partitions, 9))
    )
    expect(nine).toMatchObject({ max: 3627, maxSetBy: 'memory maps (vm.max_map_count)' })
  })
})
