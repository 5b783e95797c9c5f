import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Admin } from '../../src/clients/admin/admin.ts'
import { Producer } from '../../src/clients/producer/producer.ts'
import { type Cluster, startCluster } from '../../src/cluster/embedded-cluster.ts'
import { type RunHandlersOptions, runHandlers } from '../../src/cluster/run-handlers.ts'

const RECORDS = 1200
const EARLIEST = { 'auto.offset.reset': 'earliest', 'max.poll.records': 100 } as const
const directory = mkdtempSync(join(tmpdir(), 'highwater-test-'))
const logFile = join(directory, 'calls')
let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster({ 'engine.arena.bytes': 2 ** 26 })
  await new Admin(cluster).createTopics([{ topic: 't', numPartitions: 3 }])
  const producer = new Producer(cluster, { 'batch.size': 2000 })
  for (let index = 0; index < RECORDS; index++) {
    for (const partition of [0, 1, 2]) {
      await producer.ready()
      producer.send({ topic: 't', partition, value: `{"index":${index}}` })
    }
  }
  await producer.close()
})

afterAll(async () => {
  await cluster.close()
  rmSync(directory, { recursive: true, force: true })
})

const whole = (partition: number) => ({ topic: 't', partition, from: 0, to: RECORDS })

/** A module of this code; `log(text)` adds a line to what `logged` gives. */
function moduleOf(code: string): URL {
  const file = JSON.stringify(logFile)
  const prelude = `import { appendFileSync } from 'node:fs'
    const log = text => appendFileSync(${file}, text + '\\n')\n`
  return new URL(`data:text/javascript,${encodeURIComponent(prelude + code)}`)
}

async function run(code: string, options: Omit<RunHandlersOptions, 'handler'>) {
  writeFileSync(logFile, '')
  return await runHandlers(cluster, { handler: moduleOf(code), config: EARLIEST, ...options })
}

const logged = (): string[] => readFileSync(logFile, 'utf8').split('\n').slice(0, -1)

async function untilLogged(text: string): Promise<void> {
  while (!logged().includes(text)) await new Promise(resolve => setImmediate(resolve))
}

test('every record of every partition is handled once and in order, and all threads end', async () => {
  const before = readdirSync('/proc/self/task').length
  const code = `export async function handler(records, { partition }) {
    await null
    log(records.map(({ offset }) => partition + ':' + offset).join('\\n'))
  }`
  const handlers = await run(code, { partitions: [0, 1, 2].map(whole), threads: 2 })
  const reports = await handlers.ended
  expect(reports).toEqual(
    [0, 1, 2].map(partition => ({ topic: 't', partition, position: RECORDS, records: RECORDS, error: null }))
  )
  const calls = logged()
  for (const partition of [0, 1, 2]) {
    const seen = calls.filter(line => line.startsWith(`${partition}:`))
    expect(seen).toEqual(Array.from({ length: RECORDS }, (_, offset) => `${partition}:${offset}`))
  }
  expect(handlers.positions()).toEqual(
    [0, 1, 2].map(partition => ({ topic: 't', partition, position: RECORDS }))
  )
  expect(readdirSync('/proc/self/task').length).toBe(before)
})

test('the state is the lane’s own, the variables of the module are its thread’s', async () => {
  const code = `let ofThread = 0
  export function handler(records, { partition, state }) {
    state.count = (state.count ?? 0) + records.length
    ofThread += records.length
    if (state.count === ${RECORDS}) log(partition + ' ' + state.count)
    if (ofThread === ${2 * RECORDS}) log('all ' + ofThread)
  }`
  await (await run(code, { partitions: [whole(0), whole(1)], threads: 1 })).ended
  expect(logged().sort()).toEqual([`0 ${RECORDS}`, `1 ${RECORDS}`, `all ${2 * RECORDS}`])
})

const FAILS_IN_PARTITION_1 = `export function handler(records, { partition, resolveOffset }) {
  for (const { offset } of records) {
    if (partition === 1 && offset === 250) throw new RangeError('no such order')
    resolveOffset(offset)
  }
}`

test('lanes take one bell for each thread, however many they are', async () => {
  const channel = await cluster.connect()
  const open = () => channel.openFetchLane({ chunkBytes: 1024 })
  const taken = await open()
  await expect(
    (async () => {
      for (;;) await open()
    })()
  ).rejects.toMatchObject({ code: 'HIGHWATER_RESOURCES' })
  taken.close()
  await channel.metadata({ topics: [] })
  const code = `export async function handler(records, { partition }) { log('seen ' + partition) }`
  const partitions = [0, 1, 2].map(partition => ({ topic: 't', partition, from: RECORDS - 1 }))
  const handlers = await run(code, { partitions, threads: 1 })
  for (const partition of [0, 1, 2]) await untilLogged(`seen ${partition}`)
  const reports = await handlers.stop()
  await channel.close()
  expect(reports).toEqual(
    partitions.map(({ partition }) => ({ topic: 't', partition, position: RECORDS, records: 1, error: null }))
  )
})

test('a throw stops its lane and names the record; the others go on', async () => {
  const ends: number[] = []
  const { ended } = await run(FAILS_IN_PARTITION_1, {
    partitions: [0, 1, 2].map(whole),
    threads: 1,
    onLaneEnd: ({ partition }) => ends.push(partition)
  })
  const [first, second, third] = await ended
  expect(first).toMatchObject({ position: RECORDS, error: null })
  expect(third).toMatchObject({ position: RECORDS, error: null })
  expect(second).toMatchObject({
    position: 250,
    records: 250,
    error: {
      code: 'HIGHWATER_HANDLER',
      message: expect.stringMatching(
        /^The handler threw at offset 250 of t-1 \(RangeError: no such order at /
      )
    }
  })
  expect(ends.sort()).toEqual([0, 1, 2])
})

test('with stopOnError the others stop in order, and tell how far they got', async () => {
  const { ended } = await run(FAILS_IN_PARTITION_1, {
    partitions: [0, 1].map(partition => ({ topic: 't', partition, from: 0 })),
    threads: 2,
    stopOnError: true
  })
  const [first, second] = await ended
  expect(second).toMatchObject({ position: 250 })
  expect(first?.error).toBeNull()
  expect(first?.position).toBe(first?.records)
})

test('a stop waits for the calls that go on and reports the position of each partition', async () => {
  const code = `export async function handler(records, { partition, signal }) {
    if (records[0].offset < 300) return
    log('waits ' + partition)
    await new Promise(resolve => signal.addEventListener('abort', resolve))
  }`
  const handlers = await run(code, { partitions: [whole(0), whole(2)] })
  await untilLogged('waits 0')
  await untilLogged('waits 2')
  const reports = await handlers.stop()
  expect(reports).toMatchObject([
    { partition: 0, position: 400, error: null },
    { partition: 2, position: 400, error: null }
  ])
  expect(await handlers.stop()).toBe(reports)
})

test('a handler that does not come back is ended with its thread; what others reported stays', async () => {
  const code = `export async function handler(records, { partition }) {
    if (partition !== 1) return
    log('stuck')
    while (true);
  }`
  const handlers = await run(code, { partitions: [whole(0), whole(1)], threads: 2 })
  await untilLogged('stuck')
  const [first, second] = await handlers.stop(100)
  expect(first?.error).toBeNull()
  expect(second).toMatchObject({ partition: 1, position: -1 })
  expect(second?.error?.message).toMatch(/^The thread of the handler of t-1 ended before it had stopped/)
})

test('an error that a handler lets loose ends its thread and is told', async () => {
  const code = `export async function handler() {
    await new Promise(() => setTimeout(() => { throw new Error('let loose') }))
  }`
  const [report] = await (await run(code, { partitions: [whole(0)] })).ended
  expect(report?.error?.message).toContain('let loose')
})

test('values are made by the format of the settings, or by the module’s own deserializer', async () => {
  const json = `export function handler([{ value }]) { log(typeof value + ' ' + value.index) }`
  const range = { topic: 't', partition: 0, from: 7, to: 8 }
  const config = { ...EARLIEST, 'value.deserializer': 'json' } as const
  await (await run(json, { partitions: [range], config })).ended
  expect(logged()).toEqual(['object 7'])
  const own = `export const valueDeserializer = (bytes, topic) => topic + bytes.length
    export function handler([{ value }]) { log(value) }`
  await (await run(own, { partitions: [range] })).ended
  expect(logged()).toEqual(['t11'])
})

test('a module may be named by its path', async () => {
  const path = join(directory, 'handler.mjs')
  writeFileSync(path, 'export async function handler() {}')
  const { ended } = await runHandlers(cluster, { handler: path, partitions: [whole(0)] })
  expect(await ended).toMatchObject([{ position: RECORDS }])
})

test('what cannot be run is refused before anything is read, and leaves no thread', async () => {
  const before = readdirSync('/proc/self/task').length
  const partitions = [whole(0)]
  const refused = async (options: RunHandlersOptions) =>
    runHandlers(cluster, options).then(
      () => 'started',
      (error: Error) => error.message
    )
  expect(await refused({ handler: '/nowhere/handler.js', partitions })).toMatch(
    /^The handler module file:\/\/\/nowhere\/handler\.js cannot be loaded: .*Cannot find module/
  )
  expect(await refused({ handler: moduleOf('export const handle = 1'), partitions })).toMatch(
    /must export a function named handler\.$/
  )
  const handler = moduleOf('export function handler() {}')
  expect(await refused({ handler, partitions: [] })).toBe('partitions must name at least one partition.')
  expect(await refused({ handler, partitions, threads: 0 })).toContain('threads must be a whole number')
  const config = { 'fetch.min.byte': 1 } as object
  expect(await refused({ handler, partitions, config })).toContain('did you mean fetch.min.bytes?')
  expect(readdirSync('/proc/self/task').length).toBe(before)
})
