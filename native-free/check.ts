/**
 * Proof that no native addon runs: opens every public door of the package in a child process without flags or
 * environment, and lists the `.node` files that the process has loaded while its threads live.
 *
 *   node dist/native-free/check.js      exit 0: none · exit 1: one sentence names the door and the files
 *
 * The list of shared objects belongs to the process, so the main thread sees what a worker has loaded, but
 * only until that worker ends; hence a door says itself when its threads are up.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface Door {
  readonly name: string
  /** As `addonsOfDoor` takes it. */
  readonly source: string
}

const PACKAGE = new URL('../src/index.js', import.meta.url)
const COMMAND_LINE = new URL('../src/cli/main.js', import.meta.url)

const DOORS: readonly Door[] = [
  {
    name: 'a started cluster',
    source: `
      const { startCluster } = await import(${JSON.stringify(PACKAGE.href)})
      const cluster = await startCluster()
      reportSharedObjects()
      await cluster.close()`
  },
  {
    name: 'the command line',
    source: `
      process.argv = [process.execPath, ${JSON.stringify(fileURLToPath(COMMAND_LINE))}, '--help']
      await import(${JSON.stringify(COMMAND_LINE.href)})`
  }
]

/** A line of the output that starts so carries a JSON list; doors may print what they like around it. */
const REPORT = 'shared objects: '

/**
 * The program of the child. Not `--input-type=module`: workers inherit that flag, and then refuse to start
 * from a file. A door that waits for ever would end the process quietly, hence the last listener.
 */
const programOf = (source: string): string => `
  const reportSharedObjects = () => {
    const { sharedObjects } = process.report.getReport()
    process.stdout.write('\\n${REPORT}' + JSON.stringify(sharedObjects) + '\\n')
  }
  let isOpen = false
  process.on('exit', reportSharedObjects)
  process.on('beforeExit', () => {
    if (!isOpen) throw new Error('The door waits for something that never comes')
  })
  const open = async () => {${source}
  }
  open().then(() => { isOpen = true })`

const TIMEOUT_MS = 60_000
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024

/**
 * The addons that a child process has loaded at the end of `source`, and whenever it called
 * `reportSharedObjects()`, which it does while its threads live. `source` is the body of an async function;
 * it loads modules by `await import()`, relative to the working directory.
 *
 * @throws Error if the child fails, hangs or reports nothing: then the door is not proven clean.
 */
export async function addonsOfDoor(source: string): Promise<string[]> {
  const output = await outputOfChild(programOf(source))
  const reports = output.split('\n').filter(line => line.startsWith(REPORT))
  if (reports.length === 0) throw new Error('The child process ended without a report of its shared objects.')
  return addonsAmong(reports.flatMap(line => JSON.parse(line.slice(REPORT.length)) as string[]))
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
  const addons = await addonsOfDoor(door.source)
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
