/**
 * Runs simulations from the command line.
 *
 *   node dist/test/simulation/run.js --seed 7        one seed, with all it found
 *   node dist/test/simulation/run.js --seeds 500     seeds 1 to 500; ends at the first violation
 *   --from 1000, --events 4000, --expiry (every batch expires while the broker has it)
 */
import { parseArgs } from 'node:util'
import { EXPIRY_IN_FLIGHT } from './scenario.ts'
import { simulate } from './simulate.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    events: { type: 'string', default: '4000' },
    expiry: { type: 'boolean', default: false }
  }
})

const first = Number(values.seed ?? values.from)
const count = values.seed === undefined ? Number(values.seeds) : 1
const events = Number(values.events)
if (![first, count, events].every(Number.isInteger))
  throw new Error('--seed, --seeds, --from and --events are whole numbers')

const startedAt = performance.now()
let total = 0
let records = 0
let batches = 0
let expired = 0
let deaths = 0
let failed = 0
for (let seed = first; seed < first + count; seed++) {
  const result = simulate(seed, { events, scenario: values.expiry ? EXPIRY_IN_FLIGHT : {} })
  total += result.events
  records += result.records
  batches += result.batches
  expired += result.expired
  deaths += result.deaths
  if (count === 1) console.log(result)
  if (result.violations.length === 0) continue
  failed++
  console.log(`seed ${seed}: ${result.violations.length} violations; npm run simulate -- --seed ${seed}`)
  console.log(`  ${result.violations[0]}`)
}
const seconds = (performance.now() - startedAt) / 1000
const { user, system } = process.cpuUsage()
const cpuSeconds = (user + system) / 1e6
console.log(`${count} seeds, ${total} events, ${failed} seeds with violations`)
console.log(
  `${records} records in ${batches} batches, ${expired} expired; ${deaths} deaths of partition threads`
)
console.log(
  `${Math.round(total / seconds)} events/s, ${Math.round(total / cpuSeconds)} per second of processor time`
)
process.exitCode = failed > 0 ? 1 : 0
