import { describe, expect, test } from 'vitest'
import {
  bestCells,
  gridPlans,
  type MeasuredCell,
  measuredCell,
  predictGrid,
  propertiesOf
} from '../../../src/harness/benchmark/tune-cells.ts'
import type { TunePlan } from '../../../src/harness/benchmark/tune-settings.ts'
import { COST, gridRuns, tunePlan } from './tune-fixture.ts'

function measuredGrid(plan: TunePlan, off: readonly number[] = []): MeasuredCell[] {
  const plans = gridPlans(plan)
  const runs = gridRuns(plan, off)
  return plan.settings.cells.map((cell, index) => measuredCell(cell, plans[index]!, runs[index]!))
}

describe('a measured cell', () => {
  const [first] = measuredGrid(tunePlan())

  test('has its rate at saturation with the spread of the runs', () => {
    expect(first?.saturation.recordsPerSecond).toBeCloseTo(116_384 * 1.05, -3)
    expect(first?.saturationSpread).toBeCloseTo(0.1 / 1.05, 3)
  })

  test('has latency, batches and bursts at the rate', () => {
    expect(first?.latency.count).toBe(2000)
    expect(first?.p99Spread).toBe(0)
    expect(first?.burstMs).toBeCloseTo(1.05, 9)
    expect(first).toMatchObject({ batchSize: 16_384, lingerMs: 0, carried: true })
  })
})

describe('the prediction of a grid', () => {
  test('finds the costs that requests had, and each cell from the others', () => {
    const plan = tunePlan()
    const { cells, model } = predictGrid(measuredGrid(plan), plan)
    expect(model?.c0Ms).toBeCloseTo(COST.c0Ms, 4)
    expect(model?.c1MsPerBatch).toBeCloseTo(COST.c1MsPerBatch, 4)
    expect(model?.c2MsPerRecord).toBeCloseTo(COST.c2MsPerRecord, 5)
    expect(model?.timerLatenessMs).toBeCloseTo(1.2, 6)
    expect(model).toMatchObject({ leavesOneOut: true, judged: 9, batchesWithin: 9, meansWithin: 9 })
    for (const { predicted } of cells) {
      expect(Math.abs(predicted?.recordsPerBatchError ?? 1)).toBeLessThan(0.001)
      expect(Math.abs(predicted?.meanError ?? 1)).toBeLessThan(0.01)
    }
    expect(cells.map(({ predicted }) => predicted?.endedBy)).toContain('size')
  })

  test('shows by how much a cell is off that batches otherwise than the model says', () => {
    const plan = tunePlan()
    const off = plan.settings.cells.map((_, index) => (index === 4 ? 1.5 : 1))
    const { cells, model } = predictGrid(measuredGrid(plan, off), plan)
    // Half as many records more than predicted: the prediction is a third too low.
    expect(cells[4]?.predicted?.recordsPerBatchError).toBeCloseTo(1 / 1.5 - 1, 2)
    expect(model?.batchesWithin).toBeLessThan(9)
  })

  test('of a cell does not know what that cell measured', () => {
    const plan = tunePlan()
    const grid = measuredGrid(plan)
    const slow = grid.map((cell, index) => {
      const { batches } = cell
      if (index !== 4 || batches === null) return cell
      return { ...cell, batches: { ...batches, requestMs: 10 * batches.requestMs } }
    })
    const meanMs = (cells: readonly MeasuredCell[]) => predictGrid(cells, plan).cells[4]?.predicted?.meanMs
    expect(meanMs(slow)).toBeCloseTo(meanMs(grid) ?? 0, 9)
  })

  test('of a mean is held against the time from the sending: the model knows no loader that is late', () => {
    const plan = tunePlan()
    const grid = measuredGrid(plan)
    const late = grid.map(cell => ({ ...cell, latency: { ...cell.latency, mean: cell.latency.mean + 1000 } }))
    expect(predictGrid(late, plan).model?.meansWithin).toBe(9)
    const slow = grid.map(cell => ({ ...cell, sentMean: 1.5 * cell.sentMean }))
    expect(predictGrid(slow, plan).model?.meansWithin).toBe(0)
  })

  test('takes the bursts of a load without a linger from cells without one', () => {
    const plan = tunePlan()
    const grid = measuredGrid(plan).map(cell => (cell.lingerMs === 0 ? cell : { ...cell, burstMs: 3 }))
    for (const { lingerMs, predicted } of predictGrid(grid, plan).cells) {
      if (lingerMs === 0) expect(Math.abs(predicted?.recordsPerBatchError ?? 1)).toBeLessThan(0.001)
    }
  })

  test('does not judge cells that did not carry the rate', () => {
    const plan = tunePlan()
    const grid = measuredGrid(plan).map((cell, index) => (index < 2 ? { ...cell, carried: false } : cell))
    const { cells, model } = predictGrid(grid, plan)
    expect(cells.map(({ predicted }) => predicted === null)).toEqual([
      true,
      true,
      ...new Array(7).fill(false)
    ])
    expect(model?.judged).toBe(7)
  })

  test('is fitted to the cells themselves where they are just enough, and to no fewer', () => {
    const six = tunePlan({ lingers: [5, 20] })
    expect(predictGrid(measuredGrid(six), six).model).toMatchObject({ leavesOneOut: false, judged: 6 })
    const four = tunePlan({ lingers: [5, 20], batchSizes: [16_384, 65_536] })
    const { cells, model } = predictGrid(measuredGrid(four), four)
    expect(model).toBeNull()
    expect(cells.every(({ predicted }) => predicted === null)).toBe(true)
  })
})

describe('the best cells', () => {
  test('are the one with most records at saturation and the one with the lowest 99th percentile', () => {
    const grid = measuredGrid(tunePlan())
    const { throughput, p99 } = bestCells(grid)
    expect(grid[throughput]).toMatchObject({ batchSize: 262_144, lingerMs: 20 })
    expect(grid[p99]?.lingerMs).toBe(0)
  })

  test('by latency carried the rate', () => {
    const grid = measuredGrid(tunePlan()).map(cell => ({ ...cell, carried: cell.lingerMs === 20 }))
    expect(grid[bestCells(grid).p99]?.lingerMs).toBe(20)
    const none = grid.map(cell => ({ ...cell, carried: false }))
    expect(none[bestCells(none).p99]?.lingerMs).toBe(0)
  })

  test('are lines to paste', () => {
    expect(propertiesOf({ batchSize: 65_536, lingerMs: 5 })).toBe('batch.size=65536\nlinger.ms=5')
  })
})
