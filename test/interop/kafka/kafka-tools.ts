/**
 * Apache Kafka's own command line tools, from the same jars as `npm run bench:peers`, for tests that compare
 * this engine with them.
 */
import { execFileSync } from 'node:child_process'
import { kafkaClassPath } from '../../../bench/peers/kafka-jars.ts'

export { missingPrograms } from '../../../bench/peers/kafka-jars.ts'

const HEAP = '-Xmx256m'

/** Output of kafka.tools.DumpLogSegments for one file of a log, line by line. */
export function dumpLogSegment(file: string, ...flags: string[]): string[] {
  const tool = ['-cp', kafkaClassPath(), 'kafka.tools.DumpLogSegments', '--files', file, ...flags]
  const output = execFileSync('java', [HEAP, ...tool], { stdio: ['ignore', 'pipe', 'ignore'] })
  return output.toString('utf8').split('\n')
}
