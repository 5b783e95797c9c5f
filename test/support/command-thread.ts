/**
 * A thread with an event loop for the tests of src/threads: it answers commands in every way a handler can.
 */
import { invariant } from '../../src/base/invariant.ts'
import { KafkaError } from '../../src/base/kafka-error.ts'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { type Command, SharedReply } from '../../src/threads/command-port.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { enterThread } from '../../src/threads/thread-start.ts'
import { AtomicWords } from '../../src/threads/words.ts'

function answer(command: Command, stop: () => void): unknown {
  switch (command.name) {
    case 'echo':
      return command.body
    case 'increment': {
      const words = new AtomicWords(command.shared['words'] as SharedArrayBuffer)
      words.store(0, words.load(0) + 1)
      return { seen: words.load(0) }
    }
    case 'lend':
      return new SharedReply({ bytes: 8 }, { words: allocateWords(8) })
    case 'kafka error':
      throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', 'no topic t')
    case 'local error':
      throw new HighwaterError('HIGHWATER_RESOURCES', 'no region is free')
    case 'other error':
      throw new TypeError('not a function')
    case 'broken invariant':
      return invariant(false, 'a test breaks it', { broken: true })
    case 'never':
      return new Promise(() => {})
    case 'exit':
      return process.exit(3)
    case 'stop':
      stop()
      return {}
    default:
      return undefined
  }
}

export default async (task: unknown): Promise<void> => {
  const { data, port } = enterThread(task)
  if (data['fail'] === true) throw new Error('this thread refuses to start')
  await new Promise<void>(resolve => port.onCommand(command => answer(command, resolve)))
}
