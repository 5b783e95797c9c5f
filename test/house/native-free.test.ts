import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from './source-files.ts'

const CHECK = join(ROOT, 'dist/native-free/check.js')

interface Outcome {
  readonly exitCode: number
  readonly output: string
}

function runCheck(path: string): Promise<Outcome> {
  return new Promise(resolve => {
    execFile(process.execPath, [path], { env: {}, timeout: 150_000 }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr })
    })
  })
}

/** A command that runs four threads for a while. */
const COMMAND_LINE = `
  import { Worker } from 'node:worker_threads'
  const workers = Array.from({ length: 4 }, () => new Worker('setInterval(() => {}, 1000)', { eval: true }))
  await Promise.all(workers.map(worker => new Promise(resolve => worker.once('online', resolve))))
  await new Promise(resolve => setTimeout(resolve, 600))
  await Promise.all(workers.map(worker => worker.terminate()))`

/** A package laid out as ours is, with the packages installed here. */
function packageWhoseDoor(source: string, commandLine = COMMAND_LINE): string {
  const folder = mkdtempSync(join(tmpdir(), 'highwater-doors-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['dist/native-free', 'dist/src/cli']) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'dist/src/index.js'), source)
  writeFileSync(join(folder, 'dist/src/cli/main.js'), commandLine)
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir')
  const check = join(folder, 'dist/native-free/check.js')
  copyFileSync(CHECK, check)
  return check
}

/** The real door, and something beside it. */
const door = (imports: string): string =>
  `${imports}\nexport * from ${JSON.stringify(pathToFileURL(join(ROOT, 'dist/src/index.js')).href)}`

test('no door of the package loads an addon, with its threads running', async () => {
  expect(await runCheck(CHECK)).toEqual({ exitCode: 0, output: 'No native addon behind 5 doors.\n' })
}, 160_000)

test('a door that loads an addon fails the check, and is named', async () => {
  const isInstalled = existsSync(join(ROOT, 'node_modules/msgpackr-extract'))
  const { exitCode, output } = await runCheck(packageWhoseDoor(door(`import 'msgpackr'`)))
  expect(exitCode).toBe(isInstalled ? 1 : 0)
  expect(output).toContain(isInstalled ? 'The door "a started cluster" loads native code' : 'No native addon')
})

test('a command that loads an addon fails the check, and is named', async () => {
  const isInstalled = existsSync(join(ROOT, 'node_modules/msgpackr-extract'))
  const check = packageWhoseDoor(door(''), `import 'msgpackr'\n${COMMAND_LINE}`)
  const { exitCode, output } = await runCheck(check)
  expect(exitCode).toBe(isInstalled ? 1 : 0)
  for (const command of isInstalled ? ['plan', 'bench e2e', 'tune'] : []) {
    expect(output).toContain(`The door "the command line: ${command}" loads native code`)
  }
  expect(output).not.toContain('a started cluster')
})

test('the half of the same package that loads no addon passes the check', async () => {
  const { exitCode } = await runCheck(packageWhoseDoor(door(`import 'msgpackr/pack'`)))
  expect(exitCode).toBe(0)
})
