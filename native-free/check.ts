/**
 * Proof that no native addon runs: opens every public door of the package that starts threads (a cluster,
 * `runHandlers`, `plan`, `bench`, `tune`) in a child process without flags or environment, and lists the
 * `.node` files that the process has loaded while its threads live.
 *
 *   node dist/native-free/check.js      exit 0: none · exit 1: one sentence names the door and the files
 *
 * The list of shared objects belongs to the process, so the main thread sees what a worker has loaded, but
 * only until that worker ends; hence a door is looked at while its threads work, and a look that found fewer
 * threads than the door starts proves nothing.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface Door {
  readonly name: string
  /** As `addonsOfDoor` takes it. */
  readonly source: string
  /** Threads that live beside the main one when it is looked at, at least. */
  readonly threads: number
}

const PACKAGE = new URL('../src/index.js', import.meta.url)
const COMMAND_LINE = new URL('../src/cli/main.js', import.meta.url)

/** A cluster with one record. */
const CLUSTER = `
      const { Admin, Consumer, Producer, runHandlers, startCluster } =
        await import(${JSON.stringify(PACKAGE.href)})
      const cluster = await startCluster()
      const channel = await cluster.connect()
      await new Admin(channel).createTopics([{ topic: 'doors', numPartitions: 1 }])
      const producer = new Producer(channel, { 'compression.type': 'zstd' })
      await producer.send({ topic: 'doors', value: 'open' })
      const partition = { topic: 'doors', partition: 0 }`

/** Between two looks at a door that works on: each look stops its threads for a moment. */
const LOOK_MS = 250

/**
 * A command, as short as it may be, whose report goes to a directory that is removed. Each has the broker,
 * the partition, the one who loads it and the one who reads it.
 */
const commandDoor = (command: string): Door => ({
  name: `the command line: ${command.split(' --')[0]}`,
  threads: 4,
  source: `
      const { mkdtempSync, rmSync } = await import('node:fs')
      const { tmpdir } = await import('node:os')
      const directory = mkdtempSync(tmpdir() + '/highwater-door-')
      process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
      process.argv = [process.execPath, ${JSON.stringify(fileURLToPath(COMMAND_LINE))},
        ...${JSON.stringify(command.split(' '))}, '--json', '--out', directory + '/report']
      const looking = setInterval(reportSharedObjects, ${LOOK_MS})
      await import(${JSON.stringify(COMMAND_LINE.href)})
      clearInterval(looking)
      // A count that did not hold, or figures that cannot tell, are the machine's affair.
      if (process.exitCode === 2 || process.exitCode === 3) process.exitCode = 0`
})

const DOORS: readonly Door[] = [
  {
    name: 'a started cluster',
    // The broker, and the partition it has a record on.
    threads: 2,
    source: `${CLUSTER}
      const consumer = new Consumer(channel)
      consumer.assign([partition])
      consumer.seek(partition, 0)
      let read = 0
      await consumer.forEach(() => { read += 1 }, { timeoutMs: 30000 })
      if (read !== 1) throw new Error('The record that was sent is not there')
      reportSharedObjects()
      await producer.close()
      await consumer.close()
      await cluster.close()`
  },
  {
    name: 'handler threads',
    // The same, and one that has handled the record and waits for the next.
    threads: 3,
    source: `${CLUSTER}
      const handler = 'data:text/javascript,export const handler = () => {}'
      const run = await runHandlers(cluster, { handler, partitions: [{ ...partition, from: 0 }] })
      while (run.positions()[0].position !== 1) await new Promise(resolve => setTimeout(resolve, 10))
      reportSharedObjects()
      const [report] = await run.stop()
      if (report.records !== 1) throw new Error('The record that was sent was not handled')
      await producer.close()
      await cluster.close()`
  },
  // So low a rate that there is a plan whatever its figures are worth.
  commandDoor('plan --rate 100KB/s --points 1,2 --runs 3 --seconds 0.2'),
  commandDoor('bench e2e --runs 1 --seconds 0.5'),
  commandDoor('tune --batch-sizes 16384 --lingers 0 --runs 1 --seconds 0.3')
]

/** A line of the output that starts so carries a look as JSON; doors may print what they like around it. */
const REPORT = 'shared objects: '

interface Look {
  readonly sharedObjects: readonly string[]
  /** Living threads beside the main one, those that threads have started among them. */
  readonly threads: number
}

/**
 * The program of the child. Not `--input-type=module`: workers inherit that flag, and then refuse to start
 * from a file. A door that waits for ever would end the process quietly, hence the last listener.
 */
const programOf = (source: string): string => `
  const threadsOf = ({ workers }) => workers.reduce((sum, worker) => sum + 1 + threadsOf(worker), 0)
  const reportSharedObjects = () => {
    const report = process.report.getReport()
    const look = { sharedObjects: report.sharedObjects, threads: threadsOf(report) }
    process.stdout.write('\\n${REPORT}' + JSON.stringify(look) + '\\n')
  }
  let isOpen = false
  process.on('exit', reportSharedObjects)
  process.on('beforeExit', () => {
    if (!isOpen) throw new Error('The door waits for something that never comes')
  })
  const open = async () => {${source}
  }
  open().then(() => { isOpen = true })`

const TIMEOUT_MS = 120_000
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024

/**
 * The addons that a child process has loaded at the end of `source`, and whenever it called
 * `reportSharedObjects()`, which it does while its threads live. `source` is the body of an async function;
 * it loads modules by `await import()`, relative to the working directory.
 *
 * @param threads that must live beside the main one at one of the looks
 * @throws Error if the child fails, hangs, reports nothing or has too few threads: then the door is not
 *   proven clean.
 */
export async function addonsOfDoor(source: string, threads = 0): Promise<string[]> {
  const output = await outputOfChild(programOf(source))
  const reports = output.split('\n').filter(line => line.startsWith(REPORT))
  if (reports.length === 0) throw new Error('The child process ended without a report of its shared objects.')
  const looks = reports.map(line => JSON.parse(line.slice(REPORT.length)) as Look)
  const seen = Math.max(...looks.map(look => look.threads))
  if (seen < threads) {
    throw new Error(
      `The door was looked at with ${seen} threads alive at most, and should have had ${threads}.`
    )
  }
  return addonsAmong(looks.flatMap(look => look.sharedObjects))
}

function outputOfChild(program: string): Promise<string> {
  // Without the parent's environment: NODE_OPTIONS=--no-addons would make every door look clean.
  const options = { env: {}, timeout: TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--eval', program], options, (error, output, log) => {
      if (error === null) resolve(output)
      else if (error.killed) reject(new Error(`The child process was ended after ${TIMEOUT_MS} ms.`))
      else reject(new Error(`The child process failed: ${/^\w*Error.*$/m.exec(log)?.[0] ?? log.trim()}.`))
    })
  })
}

/** What is wrong with a door, in one sentence; null if it loads no addon. */
export async function complaintAbout(door: Door): Promise<string | null> {
  const addons = await addonsOfDoor(door.source, door.threads)
  return addons.length === 0 ? null : `The door "${door.name}" loads native code: ${addons.join(', ')}.`
}

function addonsAmong(sharedObjects: readonly string[]): string[] {
  return [...new Set(sharedObjects)].filter(path => path.endsWith('.node'))
}

async function main(): Promise<void> {
  for (const door of DOORS) {
    const complaint = await complaintAbout(door).catch(
      (cause: Error) => `The door "${door.name}" could not be opened: ${cause.message}`
    )
    if (complaint !== null) {
      process.stderr.write(`${complaint}\n`)
      process.exitCode = 1
    }
  }
  if (process.exitCode !== 1) process.stdout.write(`No native addon behind ${DOORS.length} doors.\n`)
}

// By name and not by URL: under a link the two URLs differ, and a check that does nothing would pass.
if (/native-free[\\/]check(\.js)?$/.test(process.argv[1] ?? '')) await main()
