import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { threadEntry } from '../../src/threads/worker-entry.ts'

describe('the compiled form of a worker file', () => {
  test('lies beside the module that starts it when that is compiled too', () => {
    const entry = threadEntry('file:///app/dist/src/broker/supervisor.js', './broker-thread.ts')
    expect(entry.href).toBe('file:///app/dist/src/broker/broker-thread.js')
    const bundle = threadEntry(entry.href, './broker-thread.ts', 'bundle')
    expect(bundle.href).toBe('file:///app/dist/src/broker/broker-thread.bundle.js')
  })

  test('lies under dist when the module that starts it is source', () => {
    const entry = threadEntry('file:///app/src/broker/supervisor.ts', '../data-plane/partition-thread.ts')
    expect(entry.href).toBe('file:///app/dist/src/data-plane/partition-thread.js')
  })

  test('of a test lies under dist, and a folder named src above the project does not matter', () => {
    const test = 'file:///home/src/app/test/threads/worker-pool.test.ts'
    expect(threadEntry(test, '../support/a.ts').href).toBe('file:///home/src/app/dist/test/support/a.js')
    const inner = 'file:///home/src/app/src/cluster/a.ts'
    expect(threadEntry(inner, './b.ts').href).toBe('file:///home/src/app/dist/src/cluster/b.js')
  })

  test('is not sought outside src, test and bench', () => {
    expect(() => threadEntry('file:///app/scripts/a.ts', './b.ts')).toThrow(InvariantError)
  })
})
