import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkFiles, engineHandles, kafkaFiles, segmentsPerReplica } from '../../src/planner/file-count.ts'

const GIB = 2 ** 30
const HOUR = 3600e3
const WEEK = 7 * 24 * HOUR
const RETENTION = {
  bytesPerSecond: 1e6,
  retentionMs: WEEK,
  retentionBytes: null,
  segmentBytes: GIB,
  segmentMs: WEEK
}

describe('segments of a replica', () => {
  test.each([
    // 1 MB/s for a week is 604.8 GB: 564 GiB
    ['a week at 1 MB/s', {}, 565],
    ['the session in the documentation', { bytesPerSecond: 120e6 / 30 / 3.9, retentionMs: 6 * HOUR }, 22],
    ['bytes that end before time does', { retentionBytes: 10 * GIB }, 11],
    ['time that ends before bytes do', { retentionBytes: 10 ** 15 }, 565],
    ['a slow one, rolled every hour', { bytesPerSecond: 10, segmentMs: HOUR }, 169],
    ['a slow one, rolled every week', { bytesPerSecond: 10 }, 2],
    ['an idle one', { bytesPerSecond: 0 }, 1],
    ['an idle one of which nothing is deleted', { bytesPerSecond: 0, retentionMs: null }, 1],
    ['nothing kept', { retentionMs: 0 }, 1],
    ['everything kept', { retentionMs: null }, Number.POSITIVE_INFINITY]
  ])('%s', (_name, changed, segments) => {
    expect(segmentsPerReplica({ ...RETENTION, ...changed })).toBe(segments)
  })

  test('are more the longer is kept', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }), (hours, more) => {
        const of = (kept: number) => segmentsPerReplica({ ...RETENTION, retentionMs: kept * HOUR })
        expect(of(hours + more)).toBeGreaterThanOrEqual(of(hours))
      })
    )
  })
})

describe('files of Kafka', () => {
  test('427 partitions of one segment: 427 descriptors, 854 maps and its own 240', () => {
    expect(kafkaFiles({ replicas: 427, segmentsPerReplica: 1, connections: 0 })).toEqual({
      handles: 427,
      maps: 1094
    })
  })

  test('the session in the documentation: 660 descriptors and 1 320 maps, its own left out', () => {
    expect(kafkaFiles({ replicas: 30, segmentsPerReplica: 22, connections: 40 })).toEqual({
      handles: 700,
      maps: 1560
    })
  })

  test.each([
    [32_645, 1, true],
    [32_646, 1, false],
    [4080, 8, true],
    [4081, 8, false]
  ])('%d replicas of %d segments within the 65 530 maps of Linux: %s', (replicas, segments, ok) => {
    const files = kafkaFiles({ replicas, segmentsPerReplica: segments, connections: 100 })
    const limits = { openFilesMax: 1_048_576, mapsMax: 65_530, source: 'this machine', date: '2026-11-22' }
    const [handles, maps] = checkFiles(files, limits)
    expect(handles).toMatchObject({ name: 'open files (ulimit -n)', ok: true, limit: 1_048_576 })
    expect(maps).toEqual({
      name: 'memory maps (vm.max_map_count)',
      used: files.maps,
      limit: 65_530,
      unit: 'maps',
      source: 'this machine',
      date: '2026-11-22',
      ok,
      beyond: 'refused'
    })
  })

  test('limits that are not known are not checked', () => {
    const limits = { openFilesMax: null, mapsMax: null, source: 'unknown', date: '' }
    expect(checkFiles({ handles: 0, maps: 0 }, limits)).toEqual([])
    expect(() => checkFiles({ handles: -1, maps: 0 }, limits)).toThrow('from 0')
  })
})

describe('handles of the engine', () => {
  const process = { processHandles: 19, brokers: 1 }

  // Counted in /proc/self/fd: a cluster, its partitions written by one producer, then read by one consumer.
  test.each([
    ['a cluster that nobody uses', { threads: 1, replicas: 0, segmentsRead: [] }, 24],
    ['8 partitions written', { threads: 9, replicas: 8, segmentsRead: [] }, 80],
    ['8 partitions read as well', { threads: 9, replicas: 8, segmentsRead: [8] }, 88],
    ['16 partitions written', { threads: 17, replicas: 16, segmentsRead: [] }, 136],
    ['16 partitions read as well', { threads: 17, replicas: 16, segmentsRead: [16] }, 152],
    ['4 partitions of 10 segments each', { threads: 5, replicas: 4, segmentsRead: [] }, 52],
    ['these read as well: 32 at most', { threads: 5, replicas: 4, segmentsRead: [40] }, 84]
  ])('%s', (_name, used, handles) => {
    expect(engineHandles({ ...process, ...used })).toBe(handles)
  })

  test('every broker has its own directory to lock', () => {
    const used = { threads: 2, replicas: 0, segmentsRead: [] }
    expect(engineHandles({ ...process, ...used, brokers: 2 })).toBe(19 + 8 + 2)
  })

  test('every reader has its own', () => {
    const used = { threads: 5, replicas: 4, segmentsRead: [4, 4, 100] }
    expect(engineHandles({ ...process, ...used })).toBe(52 + 40)
  })
})
