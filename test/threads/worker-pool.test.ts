import { MessageChannel } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { threadEntry } from '../../src/threads/worker-entry.ts'
import { startThread, type ThreadHandle } from '../../src/threads/worker-pool.ts'

const COMMAND_THREAD = threadEntry(import.meta.url, '../support/command-thread.ts')

function start(data: Record<string, unknown> = {}): ThreadHandle {
  return startThread(COMMAND_THREAD, data)
}

describe('a started thread', () => {
  test('answers commands, and ends without an error when its task returns', async () => {
    const thread = start()
    expect((await thread.port.call('echo', { n: 2 ** 40 })).body).toEqual({ n: 2 ** 40 })
    await thread.port.call('stop', {})
    expect(await thread.ended).toEqual({ error: null })
    expect(thread.port.isClosed).toBe(true)
  })

  test('shares words with whoever lends them, and lends its own', async () => {
    const thread = start()
    const words = new Int32Array(allocateWords(4))
    words[0] = 41
    expect((await thread.port.call('increment', {}, { words: words.buffer })).body).toEqual({ seen: 42 })
    expect(words[0]).toBe(42)
    const reply = await thread.port.call('lend', {})
    expect((reply.shared['words'] as SharedArrayBuffer).byteLength).toBe(8)
    thread.abort()
    await thread.ended
  })

  test('sends the errors of its handlers back by class and code, and lives on', async () => {
    const thread = start()
    const codes: unknown[] = []
    for (const kind of ['kafka error', 'local error', 'other error']) {
      await thread.port.call(kind, {}).catch(error => codes.push(error.code ?? error.message))
    }
    expect(codes).toEqual(['UNKNOWN_TOPIC_OR_PARTITION', 'HIGHWATER_RESOURCES', 'TypeError: not a function'])
    thread.abort()
    await thread.ended
  })

  test('is stopped by a broken invariant; its caller and its starter both learn why', async () => {
    const thread = start()
    await expect(thread.port.call('broken invariant', {})).rejects.toThrow('a test breaks it')
    expect((await thread.ended).error?.message).toContain('a test breaks it')
  })

  test('that exits on its own rejects the calls it leaves unanswered', async () => {
    const thread = start()
    await expect(thread.port.call('exit', {})).rejects.toMatchObject({ code: 'HIGHWATER_THREAD_ENDED' })
    expect((await thread.ended).error?.message).toContain('3')
  })
})

describe('an abort', () => {
  test('ends the thread in the middle of a call, and may be repeated', async () => {
    const thread = start()
    const call = thread.port.call('never', {})
    await thread.port.call('echo', {})
    thread.abort()
    thread.abort()
    await expect(call).rejects.toMatchObject({ code: 'HIGHWATER_THREAD_ENDED' })
    expect((await thread.ended).error?.name).toBe('AbortError')
  })

  test('before the thread has its task still gives a confirmed end', async () => {
    const thread = start()
    thread.abort()
    expect((await thread.ended).error?.name).toBe('AbortError')
    expect(thread.port.isClosed).toBe(true)
  })
})

describe('a thread that cannot start', () => {
  test('because its entry throws, ends with that error', async () => {
    expect((await start({ fail: true }).ended).error?.message).toBe('this thread refuses to start')
  })

  test('because its file is missing, ends with an error that names it', async () => {
    const thread = startThread(new URL('./missing-thread.js', COMMAND_THREAD), {})
    expect((await thread.ended).error?.message).toContain('missing-thread.js')
  })

  test('because its heap is too small, ends before it took its task', async () => {
    // Below 3 MB a thread of Node 22 takes the process along; 5 MB are enough for one of Node 20.
    const resourceLimits = { maxOldGenerationSizeMb: 4, maxYoungGenerationSizeMb: 1 }
    const thread = startThread(COMMAND_THREAD, {}, { resourceLimits })
    expect((await thread.ended).error).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' })
  })

  test('because the system gives no thread, ends with that error, and may be aborted', async () => {
    const { port1, port2 } = new MessageChannel()
    const closed = new Promise(resolve => port1.once('close', resolve))
    // No system has room for such a stack.
    const thread = startThread(COMMAND_THREAD, { port: port2 }, { resourceLimits: { stackSizeMb: 2 ** 28 } })
    const call = thread.port.call('echo', {})
    thread.abort()
    await expect(call).rejects.toMatchObject({ code: 'HIGHWATER_THREAD_ENDED' })
    expect((await thread.ended).error).toMatchObject({ code: 'ERR_WORKER_INIT_FAILED' })
    expect(thread.port.isClosed).toBe(true)
    await closed
  })
})
