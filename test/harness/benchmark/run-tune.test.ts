import { expect, test } from 'vitest'
import { runTune, tuneGrid } from '../../../src/harness/benchmark/run-tune.ts'
import { tuneSettings } from '../../../src/harness/benchmark/tune-settings.ts'
import { advanceSlowly, ManualClock } from '../../support/manual-clock.ts'
import { MemoryCrew } from './memory-crew.ts'

test('a grid on the embedded engine has every cell measured, and every record read back', {
  timeout: 60_000
}, async () => {
  const { report, files } = await runTune({
    command: 'highwater tune',
    batchSizes: [4096, 16_384],
    lingers: [0, 5],
    rate: { unit: 'records', perSecond: 1000 },
    runs: 1,
    seconds: 0.2,
    out: null
  })
  expect(files).toEqual([])
  expect(report.cells.map(({ batchSize, lingerMs }) => [batchSize, lingerMs])).toEqual([
    [4096, 0],
    [4096, 5],
    [16_384, 0],
    [16_384, 5]
  ])
  for (const cell of report.cells) {
    expect(cell.latency.count).toBeGreaterThan(100)
    expect(cell.saturation.recordsPerSecond).toBeGreaterThan(0)
  }
  expect(report.audit.records).toBeGreaterThan(800)
})

test('each round takes every cell once, in another order, each with a producer of its own', async () => {
  const clock = new ManualClock()
  const plan = tuneSettings({
    batchSizes: [400, 800],
    lingers: [2, 4],
    sizes: [{ bytes: 50, share: 1 }],
    partitions: 1,
    config: { 'buffer.memory': '8000' },
    rate: { unit: 'records', perSecond: 200 },
    runs: 2,
    seconds: 0.2
  })
  const crew = new MemoryCrew(clock, plan.base)
  const steps: string[] = []
  const context = {
    crew,
    clock,
    signal: new AbortController().signal,
    onStep: (text: string) => steps.push(text)
  }
  const running = tuneGrid(context, plan)
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  running.then(over, over)
  for (let step = 0; step < 20_000 && !isOver; step++) await advanceSlowly(clock, 2, 2)
  const { runs } = await running
  expect(runs.map(({ saturation, paced }) => [saturation.length, paced.length])).toEqual([
    [2, 2],
    [2, 2],
    [2, 2],
    [2, 2]
  ])
  const rounds = [1, 2].map(round => steps.filter(step => step.startsWith(`round ${round} of 2`)))
  const cells = rounds.map(texts => texts.map(text => text.replace(/^round \d of 2: /, '')))
  for (const order of cells) expect(new Set(order).size).toBe(4)
  expect(cells[0]?.join()).not.toBe(cells[1]?.join())
  expect(
    crew.configs.map(config => `batch.size=${config['batch.size']} linger.ms=${config['linger.ms']}`).slice(1)
  ).toEqual(cells.flat())
})
