/**
 * What `send()` returns: a record's place in its batch, which becomes a promise only when somebody awaits it.
 * A promise per record would cost more than encoding, copying and writing the record.
 *
 * Thread: the caller's, which also runs all callbacks.
 * Kafka: clients/producer/internals/FutureRecordMetadata, ProduceRequestResult.
 */
import type { BatchOutcome } from './batch-outcome.ts'

export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  /** -1 where the broker gave none: acks=0. */
  readonly offset: number
  /** Milliseconds since 1970: the record's, or the time of the append if the topic says so. */
  readonly timestamp: number
}

/** Called once, on the thread that sent the record: either with an error or with metadata. */
export type SendCallback = (error: Error | null, metadata: RecordMetadata | null) => void

/** Hears what became of a record in place of the callback, which it calls itself. */
export interface RecordListener {
  /** Whether a failure reaches the program. */
  readonly hasCallback: boolean
  /** @param metadata of a failed record: its topic and partition, everything else -1 */
  acknowledge(error: Error | null, metadata: RecordMetadata): void
}

export type RecordCallback = SendCallback | RecordListener

interface Deferred {
  readonly promise: Promise<RecordMetadata>
  readonly resolve: (metadata: RecordMetadata) => void
  readonly reject: (error: Error) => void
}

export class RecordFuture implements PromiseLike<RecordMetadata> {
  #outcome: BatchOutcome | null
  #index: number
  #deferred: Deferred | null = null

  /** @param outcome null while the record waits for a batch: `attach` follows */
  constructor(outcome: BatchOutcome | null, index: number) {
    this.#outcome = outcome
    this.#index = index
  }

  // biome-ignore lint/suspicious/noThenProperty: a future is awaited
  then<Fulfilled = RecordMetadata, Rejected = never>(
    onFulfilled?: ((metadata: RecordMetadata) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: Error) => Rejected | PromiseLike<Rejected>) | null
  ): Promise<Fulfilled | Rejected> {
    return RecordFuture.#promiseOf(this).then(onFulfilled, onRejected)
  }

  catch<Rejected = never>(
    onRejected?: ((error: Error) => Rejected | PromiseLike<Rejected>) | null
  ): Promise<RecordMetadata | Rejected> {
    return RecordFuture.#promiseOf(this).catch(onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<RecordMetadata> {
    return RecordFuture.#promiseOf(this).finally(onFinally)
  }

  /** Names the batch of a record that had to wait for one. */
  attach(outcome: BatchOutcome, index: number): void {
    this.#outcome = outcome
    this.#index = index
    if (this.#deferred !== null) outcome.observe(this, index)
  }

  /** Called by the outcome, once, if somebody awaits this record. */
  settle(error: Error | null, metadata: RecordMetadata | null): void {
    if (error !== null) this.#deferred?.reject(error)
    else if (metadata !== null) this.#deferred?.resolve(metadata)
  }

  /** Static: a private method of its own would cost each future a word. */
  static #promiseOf(future: RecordFuture): Promise<RecordMetadata> {
    if (future.#deferred === null) {
      future.#deferred = deferred()
      future.#outcome?.observe(future, future.#index)
    }
    return future.#deferred.promise
  }
}

function deferred(): Deferred {
  let resolve: Deferred['resolve'] = () => {}
  let reject: Deferred['reject'] = () => {}
  const promise = new Promise<RecordMetadata>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
