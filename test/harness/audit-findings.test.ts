import { describe, expect, test } from 'vitest'
import { KafkaError } from '../../src/base/kafka-error.ts'
import { AuditFindings, readToEnd } from '../../src/harness/audit-findings.ts'

/** Reads a log of ten records by these counts, one after another, then nothing. @returns where it ended */
async function readBy(counts: readonly number[]): Promise<{ nextOffset: number; reads: number }> {
  let nextOffset = 0
  let reads = 0
  await readToEnd({
    what: 'orders',
    endOffset: 10,
    nextOffset: () => nextOffset,
    read: async () => {
      const count = counts[reads] ?? 0
      reads += 1
      nextOffset += count
      return count
    }
  })
  return { nextOffset, reads }
}

describe('a log is read to its end', () => {
  test('and no further', async () => {
    expect(await readBy([4, 6, 5])).toEqual({ nextOffset: 10, reads: 2 })
  })

  test('through nineteen reads in a row that bring nothing, again and again', async () => {
    const nothing = new Array<number>(19).fill(0)
    expect(await readBy([...nothing, 1, ...nothing, 9])).toEqual({ nextOffset: 10, reads: 40 })
  })

  test('or to where twenty reads in a row bring nothing', async () => {
    expect(await readBy([3])).toEqual({ nextOffset: 3, reads: 21 })
  })

  test('or to a damaged batch, which is a fault of the log; other errors are not', async () => {
    const log = { what: 'orders', endOffset: 10, nextOffset: () => 0 }
    const failing = (cause: Error) => readToEnd({ ...log, read: () => Promise.reject(cause) })
    await expect(failing(new KafkaError('CORRUPT_MESSAGE', 'bad'))).rejects.toMatchObject({
      code: 'HIGHWATER_AUDIT',
      message: expect.stringMatching(/^No result: the audit of orders met a damaged batch: /)
    })
    await expect(failing(new Error('gone'))).rejects.toThrow(/^gone$/)
  })
})

test('the first fault is told, with how many there are of each kind', () => {
  const findings = new AuditFindings()
  expect(() => findings.throwIfAny('orders', 7)).not.toThrow()
  findings.lost += 2
  findings.damaged += 1
  findings.fault('offset 3 is missing')
  findings.fault('offset 5 is missing')
  const found = '2 lost, 1 damaged (first: offset 3 is missing)'
  expect(() => findings.throwIfAny('orders', 7)).toThrow(
    `No result: the audit of orders found, among 7 records read back, ${found}.`
  )
})
