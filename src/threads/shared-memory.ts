/**
 * Where shared memory is made, so that nobody else names its constructors.
 *
 * Thread: the broker makes what threads share; everybody else receives it beside a command.
 */
import { isMainThread } from 'node:worker_threads'

/** True on the thread that started the process: the one that must never block. */
export { isMainThread }

/** Zeroed shared words of a fixed size. */
export function allocateWords(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes)
}

/**
 * Zeroed shared words that may grow to `bytesMax`; addresses are reserved, pages are committed when touched.
 */
export function growableWords(bytes: number, bytesMax: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes, { maxByteLength: bytesMax })
}

/** Makes a growable buffer at least `bytes` long; its writer's only. Views without a length follow it. */
export function growWords(buffer: SharedArrayBuffer, bytes: number): void {
  if (buffer.byteLength < bytes) buffer.grow(bytes)
}

const NEVER_NOTIFIED = new Int32Array(allocateWords(4))

/**
 * Blocks this thread for about `ms`, a fraction permitted; what is above it is the system's timer slack. The
 * main thread only where its program has stopped the event loop anyway.
 */
export function blockFor(ms: number): void {
  Atomics.wait(NEVER_NOTIFIED, 0, 0, ms)
}
