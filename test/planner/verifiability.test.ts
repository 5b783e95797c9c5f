import { describe, expect, test } from 'vitest'
import { demandOf, judgeVerifiability } from '../../src/planner/verifiability.ts'

const INPUT = {
  partitions: 30,
  targetThroughput: 100e6,
  recordBytes: 1000,
  process: null,
  cpu: { producePerByte: 5e-9, consumePerByte: 4e-9 },
  overhead: { memoryBytes: 9e6, fileHandles: 4 }
}

describe('the demand of a load', () => {
  test('is CPU per byte, filled to 90 %, and what each partition takes', () => {
    // 100 MB/s x 9 ns = 0.9 cores busy, of which 90 % may be used: one core
    expect(demandOf(INPUT)).toEqual({ coresNeeded: 1, memoryBytes: 270e6, fileHandles: 120 })
    expect(demandOf({ ...INPUT, targetThroughput: 101e6 }).coresNeeded).toBe(2)
  })

  test('a computing handler takes cores, a waiting one does not', () => {
    // 100 000 records a second x 50 µs = 5 cores on top of 0.9
    expect(demandOf({ ...INPUT, process: { kind: 'cpu', micros: 50 } }).coresNeeded).toBe(7)
    expect(demandOf({ ...INPUT, process: { kind: 'wait', micros: 2000 } }).coresNeeded).toBe(1)
  })
})

describe('what a machine can verify', () => {
  const demand = { coresNeeded: 6, memoryBytes: 2e9, fileHandles: 500 }
  const machine = { cores: 6, freeMemoryBytes: 2e9, freeFileHandles: 500 }

  test.each([
    [machine, true, 'Verifying 120 MB/s needs 6 of 6 cores here.'],
    [{ ...machine, cores: 2 }, false, 'Verifying 120 MB/s needs 6 cores and has 2.'],
    [
      { ...machine, freeMemoryBytes: 1e9 },
      false,
      'Verifying 120 MB/s needs 2 GB of memory and has 1 GB free.'
    ],
    [
      { ...machine, freeFileHandles: 256 },
      false,
      'Verifying 120 MB/s needs 500 file handles and has 256 free.'
    ],
    [{ ...machine, freeFileHandles: null }, true, 'Verifying 120 MB/s needs 6 of 6 cores here.']
  ])('%j', (here, verifiable, sentence) => {
    expect(judgeVerifiability(demand, here, 120e6)).toEqual({ verifiable, sentence })
  })
})
