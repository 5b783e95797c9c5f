import { afterEach, describe, expect, test } from 'vitest'
import { KafkaError } from '../../src/base/kafka-error.ts'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { type Command, CommandPort, SharedReply } from '../../src/threads/command-port.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'

const open: CommandPort[] = []

/** Both ends of a port on this thread. */
function ends(): { near: CommandPort; far: CommandPort } {
  const { local, remote } = CommandPort.pair()
  const far = new CommandPort(remote)
  open.push(local, far)
  return { near: local, far }
}

/** Commands that have reached a blocking end: its queue is filled by the other side at once. */
function drainOne(port: CommandPort): Command {
  const [command] = port.drain()
  if (command === undefined) throw new Error('no command has come')
  return command
}

afterEach(() => {
  for (const port of open.splice(0)) port.close()
})

describe('a call', () => {
  test('gets what the handler returns, at once or later', async () => {
    const { near, far } = ends()
    far.onCommand(async command => ({ heard: command.name, body: command.body }))
    const reply = await near.call('hello', { topics: ['a', 'b'], count: 2 })
    expect(reply.body).toEqual({ heard: 'hello', body: { topics: ['a', 'b'], count: 2 } })
  })

  test('gets an empty body from a handler that returns nothing', async () => {
    const { near, far } = ends()
    far.onCommand(() => undefined)
    expect(await near.call('hello', {})).toEqual({ body: {}, shared: {} })
  })

  test('is answered by number, whatever the order of the answers', async () => {
    const { near, far } = ends()
    const waiting: (() => void)[] = []
    far.onCommand(command => {
      if (command.name === 'wait') {
        return new Promise(resolve => waiting.push(() => resolve({ n: command.body['n'] })))
      }
      for (const release of waiting.reverse()) release()
      return {}
    })
    const calls = [1, 2, 3].map(n => near.call('wait', { n }))
    await near.call('release in reverse', {})
    expect((await Promise.all(calls)).map(reply => reply.body['n'])).toEqual([1, 2, 3])
  })

  test('carries shared memory there and back: both sides see the same words', async () => {
    const { near, far } = ends()
    const lent = allocateWords(8)
    far.onCommand(command => {
      new Int32Array(command.shared['words'] as SharedArrayBuffer)[1] = 77
      return new SharedReply({ ok: true }, { again: command.shared['words'] as SharedArrayBuffer })
    })
    const reply = await near.call('lend', {}, { words: lent })
    expect(reply.body).toEqual({ ok: true })
    expect(new Int32Array(reply.shared['again'] as SharedArrayBuffer)[1]).toBe(77)
    expect(new Int32Array(lent)[1]).toBe(77)
  })

  test('hands over a port, which then works from there', async () => {
    const { near, far } = ends()
    const { local, remote } = CommandPort.pair()
    open.push(local)
    far.onCommand(async command => {
      const line = new CommandPort(command.shared['line'] as typeof remote)
      open.push(line)
      return (await line.call('who', {})).body
    })
    local.onCommand(() => ({ name: 'the first' }))
    expect((await near.call('introduce', {}, { line: remote })).body).toEqual({ name: 'the first' })
  })

  test('rejects with the error of its handler, class and code', async () => {
    const { near, far } = ends()
    const errors = [
      new KafkaError('INVALID_TOPIC_EXCEPTION', '".."'),
      new HighwaterError('HIGHWATER_CONFIG', 'no such key'),
      new RangeError('too far')
    ]
    far.onCommand(command => {
      throw errors[command.body['which'] as number]
    })
    await expect(near.call('fail', { which: 0 })).rejects.toStrictEqual(errors[0])
    await expect(near.call('fail', { which: 1 })).rejects.toStrictEqual(errors[1])
    await expect(near.call('fail', { which: 2 })).rejects.toThrow('RangeError: too far')
  })

  test('rejects when the other end closes before it answered, and after', async () => {
    const { near, far } = ends()
    far.onCommand(() => new Promise(() => {}))
    const waiting = near.call('hello', {})
    far.close()
    await expect(waiting).rejects.toMatchObject({ code: 'HIGHWATER_THREAD_ENDED' })
    expect(near.isClosed).toBe(true)
    await expect(near.call('hello', {})).rejects.toMatchObject({ code: 'HIGHWATER_THREAD_ENDED' })
  })
})

describe('a call that is waited for without the event loop', () => {
  test('is settled inside the wait, in which its listeners may call again', () => {
    const { near, far } = ends()
    const heard: string[] = []
    const first = near.call('first', {})
    let second = first
    first.whenSettled(
      () => {
        second = near.call('second', {})
        heard.push('first')
      },
      () => {}
    )
    far.reply(drainOne(far), {})
    expect([first.block(0), first.isSettled, second.isSettled]).toEqual([true, true, false])
    far.reply(drainOne(far), { n: 2 })
    second.whenSettled(
      ({ body }) => heard.push(`second ${body['n']}`),
      () => {}
    )
    expect([second.block(60_000), heard]).toEqual([true, ['first', 'second 2']])
  })

  test('fails inside it with the error of the handler', async () => {
    const { near, far } = ends()
    const calling = near.call('ask', {})
    far.replyError(drainOne(far), new KafkaError('KAFKA_STORAGE_ERROR'))
    expect([calling.block(60_000), calling.isSettled]).toEqual([true, true])
    await expect(calling).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
  })

  test('settles the others whose replies have come, and hands commands to their handler', () => {
    const { near, far } = ends()
    const heard: string[] = []
    near.onCommand(command => void heard.push(command.name))
    const calls = [near.call('a', {}), near.call('b', {})]
    far.post('meanwhile', {})
    for (const command of far.drain()) far.reply(command, {})
    calls[1]?.block(60_000)
    expect([heard, calls.map(({ isSettled }) => isSettled)]).toEqual([['meanwhile'], [true, true]])
  })

  test('ends with its time, and what comes later is heard by the event loop', async () => {
    const { near, far } = ends()
    const calling = near.call('ask', {})
    expect([calling.block(1), calling.isSettled]).toEqual([true, false])
    far.reply(drainOne(far), { n: 3 })
    expect((await calling).body).toEqual({ n: 3 })
  })

  test('takes a closed end for a silence, and hears of it by the event loop', async () => {
    const { near, far } = ends()
    const calling = near.call('ask', {})
    far.close()
    await new Promise(resolve => setImmediate(resolve))
    calling.block(1)
    await expect(calling).rejects.toMatchObject({ code: 'HIGHWATER_THREAD_ENDED' })
    const after = near.call('again', {})
    expect([after.block(60_000), after.isSettled]).toEqual([true, true])
    await expect(after).rejects.toMatchObject({ code: 'HIGHWATER_THREAD_ENDED' })
  })
})

describe('a command without a reply', () => {
  test('reaches the handler in order with the calls', async () => {
    const { near, far } = ends()
    const heard: string[] = []
    far.onCommand(command => void heard.push(command.name))
    near.post('first', {})
    near.post('second', {})
    await near.call('third', {})
    expect(heard).toEqual(['first', 'second', 'third'])
  })

  test('that came before there was a handler waits for it', async () => {
    const { near, far } = ends()
    far.onClose(() => {})
    near.post('early', { n: 1 })
    const probe = ends()
    probe.far.onCommand(() => ({}))
    await probe.near.call('round trip', {})
    const heard: Command[] = []
    far.onCommand(command => void heard.push(command))
    await near.call('late', {})
    expect(heard.map(command => command.name)).toEqual(['early', 'late'])
  })
})

describe('a thread that blocks', () => {
  test('drains what has come and replies to calls', async () => {
    const { near, far } = ends()
    expect([far.hasCommands, far.drain()]).toEqual([false, []])
    near.post('note', { n: 1 })
    expect([far.hasCommands, far.hasCommands]).toEqual([true, true])
    const calling = near.call('ask', { n: 2 }, { words: allocateWords(4) })
    const commands = far.drain()
    expect(commands.map(command => [command.name, command.body])).toEqual([
      ['note', { n: 1 }],
      ['ask', { n: 2 }]
    ])
    expect(commands[1]?.shared['words']).toBeInstanceOf(SharedArrayBuffer)
    for (const command of commands) far.reply(command, { to: command.name }, { words: allocateWords(8) })
    const reply = await calling
    expect(reply.body).toEqual({ to: 'ask' })
    expect((reply.shared['words'] as SharedArrayBuffer).byteLength).toBe(8)
    expect(far.drain()).toEqual([])
  })

  test('replies with an error', async () => {
    const { near, far } = ends()
    const calling = near.call('ask', {})
    far.replyError(drainOne(far), new KafkaError('KAFKA_STORAGE_ERROR'))
    await expect(calling).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
  })
})

describe('the close of a port', () => {
  test('is told to both ends once, also to a listener that comes late', async () => {
    const { near, far } = ends()
    let told = 0
    await new Promise<void>(resolve => {
      near.onClose(() => told++)
      near.onClose(resolve)
      far.close()
    })
    near.onClose(() => told++)
    expect(told).toBe(2)
  })

  test('does not overtake what was sent before', async () => {
    const { near, far } = ends()
    const heard: string[] = []
    near.onCommand(command => void heard.push(command.name))
    const closed = new Promise<void>(resolve => near.onClose(resolve))
    far.post('last words', {})
    far.close()
    await closed
    expect(heard).toEqual(['last words'])
  })
})
