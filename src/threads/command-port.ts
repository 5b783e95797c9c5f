/**
 * Commands between two threads over a MessagePort: named calls with a packed body, and shared memory beside
 * it. For what is rare (start, stop, open a lane, create a topic); records never pass here.
 *
 * Thread: each end belongs to one thread. A thread with an event loop uses `onCommand`; one that blocks in
 * Atomics.wait uses `drain` and `reply`. The `close` of a port is how the end of the other thread is known.
 */
import { MessageChannel, MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { Answer } from '../base/answer.ts'
import { systemClock } from '../base/clock.ts'
import { InvariantError } from '../base/invariant.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { packCommand, unpackCommand } from './command-codec.ts'
import { type PackedError, packError, unpackError } from './command-error.ts'
import { blockFor } from './shared-memory.ts'

export type { MessagePort }

/** What travels beside a body: shared, or in the case of a port handed over. */
export type SharedValue = SharedArrayBuffer | WebAssembly.Memory | WebAssembly.Module | MessagePort
type SharedValues = Readonly<Record<string, SharedValue>>
type Body = Record<string, unknown>

export interface Command {
  readonly name: string
  readonly body: Body
  readonly shared: SharedValues
  /** Number of the call, 0 for a command that wants no reply. */
  readonly call: number
}

export interface CommandReply {
  readonly body: Body
  readonly shared: SharedValues
}

/** Returned by a command handler whose reply carries shared memory or ports. */
export class SharedReply {
  readonly body: object
  readonly shared: SharedValues

  constructor(body: object, shared: SharedValues) {
    this.body = body
    this.shared = shared
  }
}

type CommandHandler = (command: Command) => unknown

/** As it passes the port. `name` is null in a reply; `error` only in a reply. */
interface Message {
  readonly name: string | null
  readonly call: number
  readonly body: Uint8Array | null
  readonly shared: SharedValues
  readonly error: PackedError | null
}

interface PendingCall {
  readonly name: string
  readonly answer: Answer<CommandReply>
}

const NOTHING_SHARED: SharedValues = {}
/** Between two looks of a caller that blocks for a reply: nobody rings for one. */
const LOOK_MS = 0.5

export class CommandPort {
  readonly #port: MessagePort
  readonly #pending = new Map<number, PendingCall>()
  readonly #closeListeners: (() => void)[] = []
  /** Commands that came before there was a handler, or were taken and not yet drained. */
  #waiting: Command[] = []
  #handler: CommandHandler | null = null
  #lastCall = 0
  #listening = false
  #closed = false
  #held = false

  constructor(port: MessagePort) {
    this.#port = port
  }

  /** A connected pair: this thread's end, and one to hand to another thread. */
  static pair(): { local: CommandPort; remote: MessagePort } {
    const { port1, port2 } = new MessageChannel()
    return { local: new CommandPort(port1), remote: port2 }
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /**
   * Sends a command; its reply needs this thread's event loop, or `block` of the answer. That has to take the
   * end of the other side for a silence: to be told of it needs the event loop.
   * @throws the KafkaError or HighwaterError its handler threw
   * @throws HighwaterError HIGHWATER_THREAD_ENDED when the port is or gets closed
   */
  call(name: string, body: object, shared: SharedValues = NOTHING_SHARED): Answer<CommandReply> {
    const answer: Answer<CommandReply> = new Answer(timeoutMs => this.#block(answer, timeoutMs))
    try {
      this.#listen()
      if (this.#closed) throw threadEnded(name)
      const call = ++this.#lastCall
      this.#send({ name, call, body: packCommand(body), shared, error: null })
      this.#pending.set(call, { name, answer })
      this.#keepAliveWhileNeeded()
    } catch (error) {
      answer.fail(error)
    }
    return answer
  }

  /** Sends a command that has no reply; lost when the other end is closed. */
  post(name: string, body: object, shared: SharedValues = NOTHING_SHARED): void {
    this.#send({ name, call: 0, body: packCommand(body), shared, error: null })
  }

  /** Event loop side: from now on commands go to `handler`; what it returns or throws is the reply. */
  onCommand(handler: CommandHandler): void {
    this.#handler = handler
    this.#listen()
    const waiting = this.#waiting
    this.#waiting = []
    for (const command of waiting) this.#handle(handler, command)
  }

  /** Blocking side: a reason to be awake. Whoever sends a command rings the thread's bell after it. */
  get hasCommands(): boolean {
    this.#take()
    return this.#waiting.length > 0
  }

  /** Blocking side: the commands that have come since the last call. */
  drain(): Command[] {
    this.#take()
    const commands = this.#waiting
    this.#waiting = []
    return commands
  }

  /** Blocking side: answers a command from `drain`. Without effect for one that wants no reply. */
  reply(command: Command, body: object, shared: SharedValues = NOTHING_SHARED): void {
    if (command.call === 0) return
    this.#send({ name: null, call: command.call, body: packCommand(body), shared, error: null })
  }

  /** Blocking side: answers a command from `drain` with an error. */
  replyError(command: Command, error: unknown): void {
    if (command.call === 0) return
    this.#send({
      name: null,
      call: command.call,
      body: null,
      shared: NOTHING_SHARED,
      error: packError(error)
    })
  }

  /** Calls `listener` once the other end is closed or its thread has ended; at once if that is past. */
  onClose(listener: () => void): void {
    this.#listen()
    if (this.#closed) listener()
    else this.#closeListeners.push(listener)
  }

  /** Keeps this thread's event loop alive until `unref`. Without it only outstanding calls do. */
  ref(): void {
    this.#held = true
    this.#listen()
    this.#keepAliveWhileNeeded()
  }

  unref(): void {
    this.#held = false
    this.#keepAliveWhileNeeded()
  }

  /** Closes both ends; what was sent before still arrives. */
  close(): void {
    this.#listen()
    this.#port.close()
  }

  /** Not before somebody needs events: a port of a blocking thread is read by `drain` alone. */
  #listen(): void {
    if (this.#listening) return
    this.#listening = true
    this.#port.on('message', (message: Message) => this.#receive(message))
    this.#port.on('close', () => this.#end())
    this.#keepAliveWhileNeeded()
  }

  #keepAliveWhileNeeded(): void {
    if (!this.#listening || this.#closed) return
    if (this.#held || this.#pending.size > 0) this.#port.ref()
    else this.#port.unref()
  }

  #send(message: Message): void {
    const transfer: (ArrayBuffer | MessagePort)[] = []
    for (const value of Object.values(message.shared)) if (value instanceof MessagePort) transfer.push(value)
    this.#port.postMessage(message, transfer)
  }

  /** Reads the port without an event loop. */
  #take(): void {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      this.#receive(next.message as Message)
    }
  }

  /** Reads the port until the answer has come, or the time is over. */
  #block(answer: Answer<CommandReply>, timeoutMs: number): boolean {
    if (this.#closed) return false
    const until = systemClock.monotonic() + timeoutMs
    for (;;) {
      this.#take()
      const left = until - systemClock.monotonic()
      if (answer.isSettled || left <= 0) return true
      blockFor(Math.min(LOOK_MS, left))
    }
  }

  #receive(message: Message): void {
    if (message.name === null) this.#settle(message)
    else if (this.#handler === null) this.#waiting.push(commandOf(message.name, message))
    else this.#handle(this.#handler, commandOf(message.name, message))
  }

  #settle(message: Message): void {
    const pending = this.#pending.get(message.call)
    if (pending === undefined) return
    this.#pending.delete(message.call)
    this.#keepAliveWhileNeeded()
    if (message.error === null) pending.answer.settle({ body: bodyOf(message), shared: message.shared })
    else pending.answer.fail(unpackError(message.error))
  }

  #handle(handler: CommandHandler, command: Command): void {
    void this.#answer(handler, command)
  }

  async #answer(handler: CommandHandler, command: Command): Promise<void> {
    try {
      const result = await handler(command)
      if (result instanceof SharedReply) this.reply(command, result.body, result.shared)
      else this.reply(command, (result ?? {}) as object)
    } catch (error) {
      this.replyError(command, error)
      // A broken invariant stops the thread it was found on; an error nobody is told of must not vanish.
      if (error instanceof InvariantError || command.call === 0) throw error
    }
  }

  #end(): void {
    if (this.#closed) return
    this.#closed = true
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    for (const { name, answer } of pending) answer.fail(threadEnded(name))
    for (const listener of this.#closeListeners) listener()
  }
}

function commandOf(name: string, message: Message): Command {
  return { name, body: bodyOf(message), shared: message.shared, call: message.call }
}

function bodyOf(message: Message): Body {
  return message.body === null ? {} : (unpackCommand(message.body) as Body)
}

function threadEnded(command: string): HighwaterError {
  return new HighwaterError('HIGHWATER_THREAD_ENDED', `the thread that was to answer ${command} has ended`)
}
