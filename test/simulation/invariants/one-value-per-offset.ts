/**
 * One offset of a partition has one value for ever: whoever reads it, and whenever.
 */
import { recordOf } from '../history.ts'
import type { Invariant, InvariantFactory } from './invariant.ts'
import { readWholeLog } from './whole-log.ts'

export const oneValuePerOffset: InvariantFactory = (world, report): Invariant => ({
  read({ reader, partition, offset, bytes, valueAt, valueEnd }) {
    const published = world.partitions[partition]?.contents.idAt(offset)
    const read = recordOf(world.history, bytes, valueAt, valueEnd)?.id ?? -1
    if (read === published) return
    const place = `offset ${offset} of partition ${partition}`
    report(`reader ${reader} found record ${read} at ${place}, where ${published} was published`)
  },
  ended() {
    for (const { simulated, contents } of world.partitions) {
      let count = 0
      readWholeLog(simulated.disk, simulated.directory, (offset, bytes, valueAt, valueEnd) => {
        count++
        const found = recordOf(world.history, bytes, valueAt, valueEnd)?.id ?? -1
        const published = contents.idAt(offset)
        if (found === published) return
        const place = `offset ${offset} of partition ${simulated.index}`
        report(`the file holds record ${found} at ${place}, where ${published} was published`)
      })
      const expected = contents.endOffset - contents.startOffset
      if (count !== expected) report(`the files hold ${count} records, ${expected} were published`)
    }
  }
})
