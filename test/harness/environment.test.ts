import { closeSync, openSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import {
  busyWarning,
  environmentFacts,
  freeDiskBytes,
  machineLine,
  readMachine,
  simulatedEnvironment
} from '../../src/harness/environment.ts'
import { measurements } from './plan/fixture.ts'

const { environment } = measurements()

describe('the environment', () => {
  test('warns when other work was going on, and only then', () => {
    expect(busyWarning({ ...environment, busyBefore: 0.15 })).toBeNull()
    expect(busyWarning({ ...environment, busyBefore: null })).toBeNull()
    expect(busyWarning({ ...environment, busyBefore: 0.5 })).toContain('Other work took 50 % of all cores')
  })

  test('of a simulation is nothing of this machine, in figures or in words', () => {
    const simulated = simulatedEnvironment(8)
    expect(simulated).toMatchObject({ cores: 8, memoryBytes: 0, busyBefore: null })
    expect(JSON.stringify(simulated)).not.toContain(process.version)
    expect(machineLine(simulated)).toMatch(/^none, a simulation; highwater \d/)
    expect(environmentFacts(simulated, 2).map(([term]) => term)).toEqual(['Machine', 'highwater', 'Took'])
    expect(machineLine(environment)).toBe(
      'Example CPU @ 3.00GHz, 64 cores, Node v20.19.0, highwater 0.1.0 (0123456789)'
    )
  })

  test('knows what there is to verify with', () => {
    const machine = readMachine()
    expect(machine.cores).toBeGreaterThanOrEqual(1)
    expect(machine.freeMemoryBytes).toBeGreaterThan(0)
    if (process.platform === 'linux') expect(machine.freeFileHandles).toBeGreaterThan(0)
  })

  test('counts the files that are open already', () => {
    const before = readMachine().freeFileHandles
    const opened = Array.from({ length: 10 }, () => openSync(import.meta.filename, 'r'))
    const after = readMachine().freeFileHandles
    for (const file of opened) closeSync(file)
    if (process.platform === 'linux') expect(Number(before) - Number(after)).toBeGreaterThanOrEqual(5)
  })

  test('knows what is free on a disk, or says that it does not', () => {
    expect(freeDiskBytes(tmpdir())).toBeGreaterThan(0)
    expect(freeDiskBytes('/no/such/directory')).toBeNull()
  })
})
