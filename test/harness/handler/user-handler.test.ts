/** Handlers that somebody else wrote, good and bad, in the thread of a measured consumer. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ConsumerBench } from '../../../src/harness/plan/measure-consumer.ts'
import { SmallBench } from '../plan/small-plan.ts'
import { logEnds } from '../stored-logs.ts'

const TOPIC = 'handled'
const SECONDS = 0.5

let bench: SmallBench
let end = 0
let directory = ''
let consumers: ConsumerBench | null = null

beforeAll(async () => {
  bench = await SmallBench.start({ topic: TOPIC, bytesPerRunMax: 4e6 })
  const { target } = bench.context
  await target.createTopic(TOPIC, 1)
  await bench.producers.run(1, 0.3)
  end = logEnds(target.logDirectory ?? '', TOPIC)[0] ?? 0
})

afterAll(() => bench.close())

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'highwater-handler-'))
})

afterEach(async () => {
  await consumers?.close()
  consumers = null
  rmSync(directory, { recursive: true })
})

/** A consumer bench whose handler has this text. */
function benchOf(
  text: string,
  limits: { silenceMs?: number; heapMb?: number } = {},
  name = 'h.mjs'
): ConsumerBench {
  const handlerModule = join(directory, name)
  writeFileSync(handlerModule, text)
  const settings = { ...bench.context.settings, handlerModule }
  consumers = new ConsumerBench({ ...bench.context, settings }, limits)
  return consumers
}

async function opened(
  text: string,
  limits: { silenceMs?: number; heapMb?: number } = {}
): Promise<ConsumerBench> {
  const opening = benchOf(text, limits)
  await opening.open()
  return opening
}

/** What the first run with a handler of this text is refused with. */
async function refusal(text: string, limits: { silenceMs?: number; heapMb?: number } = {}): Promise<unknown> {
  const { withHandler } = await opened(text, limits).then(it => ({
    withHandler: it.withHandler(end, SECONDS)
  }))
  return withHandler.then(
    () => null,
    (cause: unknown) => cause
  )
}

function handlerError(message: RegExp): unknown {
  return expect.objectContaining({ code: 'HIGHWATER_HANDLER', message: expect.stringMatching(message) })
}

describe('a handler of the user', { timeout: 60_000 }, () => {
  test('gets all records in order, one call at a time, with what a lane gives it', async () => {
    const run = await opened(`
      let next = 0, calls = 0
      export async function handler(records, { topic, partition, state, signal, lag }) {
        if (++calls !== 1) throw new Error('two calls at a time')
        if (topic !== '${TOPIC}' || partition !== 0 || signal.aborted) throw new Error('not its context')
        if (!(lag() >= 0)) throw new Error('no lag')
        state.calls = (state.calls ?? 0) + 1
        if (records[0].offset === 0) next = 0
        for (const { offset, value, topic } of records) {
          if (offset !== next++ || value.length !== 1000) throw new Error('out of order at ' + offset)
        }
        await Promise.resolve()
        calls--
      }`)
    const { service, series, bytes } = await run.withHandler(end, SECONDS)
    expect(series.bytesPerSecond).toBeGreaterThan(0)
    expect(bytes).toBeGreaterThan(0)
    expect(service?.records).toBeGreaterThan(1000)
    expect(run.handlerWarning).toBeNull()
  })

  test('is timed by record, also where it takes many at a time', async () => {
    const run = await opened(`export default records => {
      const words = new Int32Array(new SharedArrayBuffer(4))
      for (const record of records) Atomics.wait(words, 0, 0, record.offset % 2 === 0 ? 1 : 3)
    }`)
    const { service } = await run.withHandler(end, 1)
    expect(service?.meanMs).toBeGreaterThanOrEqual(2)
    expect(service?.varianceMs2).toBeGreaterThan(0)
    expect(service?.p99Ms).toBeGreaterThanOrEqual(service?.p50Ms ?? Number.NaN)
  })

  test('that is only a cost is timed as well', async () => {
    const settings = { ...bench.context.settings, process: { kind: 'wait', micros: 2000 } as const }
    consumers = new ConsumerBench({ ...bench.context, settings })
    await consumers.open()
    const { service } = await consumers.withHandler(end, SECONDS)
    expect(service?.p50Ms).toBeGreaterThanOrEqual(1.95)
    expect(service?.records).toBeGreaterThan(20)
    expect((await consumers.fetchOnly(end, SECONDS)).service).toBeNull()
  })

  test('gets keys and values as its own deserializers make them', async () => {
    const run = await opened(`
      export const valueDeserializer = bytes => ({ size: bytes.length })
      export default records => {
        for (const { value } of records) if (value.size !== 1000) throw new Error('not deserialized')
      }`)
    expect((await run.withHandler(end, SECONDS)).bytes).toBeGreaterThan(0)
  })

  test('that is not there, or no file, is refused before anything starts', () => {
    const settings = { ...bench.context.settings, handlerModule: join(directory, 'none.mjs') }
    expect(() => new ConsumerBench({ ...bench.context, settings })).toThrow(
      /^The handler .*none\.mjs cannot be/
    )
    const folder = { ...bench.context.settings, handlerModule: directory }
    expect(() => new ConsumerBench({ ...bench.context, settings: folder })).toThrow(/is no file/)
  })

  test.each([
    [
      'a syntax error',
      'export default () => {\n  oops(\n}',
      'HIGHWATER_CONFIG',
      /^The handler h\.mjs has a syntax error.*\.$/
    ],
    ['nothing exported', 'const a = 1', 'HIGHWATER_CONFIG', /^The handler h\.mjs exports no function: /],
    [
      'a class',
      'export default class Mine { handle() {} }',
      'HIGHWATER_CONFIG',
      /^The handler h\.mjs exports a class, which cannot be called: .*\.$/
    ],
    ['no function', 'export default 7', 'HIGHWATER_CONFIG', /^The handler h\.mjs exports no function: /],
    [
      'an import that fails',
      'import "./gone.mjs"\nexport default () => {}',
      'HIGHWATER_HANDLER',
      /gone\.mjs/
    ],
    [
      'an error at its import',
      'throw new RangeError("not today")',
      'HIGHWATER_HANDLER',
      /^The handler h\.mjs threw while it was loaded: RangeError: not today at .*h\.mjs:1:7\.$/
    ]
  ])('with %s is refused when it is loaded', async (_, text, code, message) => {
    await expect(benchOf(text).open()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message)
    })
  })

  test('that ends its thread while it is loaded is said to', async () => {
    const error = await benchOf('process.exit(7)')
      .open()
      .catch((cause: unknown) => cause)
    expect(error).toEqual(
      handlerError(/^The handler h\.mjs ended its thread with process\.exit\(7\) while it was loaded: /)
    )
  })

  test('may be a CommonJS module, whose errors are named with their place in it', async () => {
    const run = benchOf('module.exports = async records => { records.length }', {}, 'h.cjs')
    await run.open()
    expect((await run.withHandler(end, SECONDS)).bytes).toBeGreaterThan(0)
    await run.close()
    const bad = benchOf('module.exports = () => {\n throw new Error("no") }', {}, 'h.cjs')
    await bad.open()
    await expect(bad.withHandler(end, SECONDS)).rejects.toEqual(
      handlerError(/^The handler h\.cjs failed in the call .*: Error: no at .*h\.cjs:2:8\)?\.$/)
    )
  })

  test('that throws or rejects is named with the offset and its own words', async () => {
    const place = `^The handler h\\.mjs failed in the call that began at offset 0 of ${TOPIC}-0: `
    const thrown = 'export default () => { throw new TypeError("bad\\nrecord") }'
    expect(await refusal(thrown)).toEqual(
      handlerError(new RegExp(`${place}TypeError: bad record at .*h\\.mjs:1`))
    )
    const rejected = 'export default async () => { await null; throw "just a text" }'
    expect(await refusal(rejected)).toEqual(handlerError(new RegExp(`${place}just a text\\.$`)))
  })

  test('that loops or never settles is ended, and said to hang', async () => {
    const limits = { silenceMs: 400 }
    const message = /^The handler h\.mjs hangs: after 0 records .* for 400 ms, and its thread was ended\.$/
    for (const text of ['export default () => { for (;;); }', 'export default () => new Promise(() => {})']) {
      expect(await refusal(text, limits)).toEqual(handlerError(message))
      await consumers?.close()
    }
  })

  test('that hangs while it is loaded is ended', async () => {
    for (const text of ['for (;;);', 'await new Promise(() => {})']) {
      const error = await benchOf(text, { silenceMs: 400 })
        .open()
        .catch((cause: unknown) => cause)
      expect(error).toEqual(
        handlerError(/^The handler h\.mjs never finished loading: .* for 400 ms, and its thread was ended\.$/)
      )
      await consumers?.close()
    }
  })

  test('that ends its thread, or leaves an error to nobody, is said to', async () => {
    expect(await refusal('export default () => process.exit(3)')).toEqual(
      handlerError(
        /^The handler h\.mjs ended its thread with process\.exit\(3\) after .* records of this run: /
      )
    )
    await consumers?.close()
    const floating = 'export default () => { Promise.reject(new Error("adrift")) }'
    expect(await refusal(floating)).toEqual(
      handlerError(/^The handler h\.mjs left an error to nobody .*Error: adrift at .*h\.mjs/)
    )
  })

  test('that keeps what it is given is measured, with a warning of how fast it grows', async () => {
    const run = await opened(`
      const kept = []
      export default records => { for (const { offset } of records) kept.push(new Array(100).fill(offset)) }`)
    for (let i = 0; i < 3; i++) await run.withHandler(end, 0.2)
    expect(run.handlerWarning).toMatch(
      /^The handler h\.mjs keeps what it is given: .* by 0\.\d+ MB per 1,000 records/
    )
  })

  test('that takes all memory of its thread is said to', async () => {
    const text = `
      const kept = []
      const row = offset => new Array(5000).fill(offset / 2)
      export default records => { for (const { offset } of records) kept.push(row(offset)) }`
    expect(await refusal(text, { heapMb: 48 })).toEqual(
      handlerError(/^The handler h\.mjs used up the memory of its thread, 50\.3 MB, after .* records/)
    )
  })
})
