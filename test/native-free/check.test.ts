import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { addonsOfDoor, complaintAbout } from '../../native-free/check.ts'

/** The addons that npm has put on disk for msgpackr: none after `npm ci --omit=optional`. */
function addonsOnDisk(): string[] {
  const modules = join(import.meta.dirname, '../../node_modules')
  if (!readdirSync(modules).includes('@msgpackr-extract')) return []
  const files = readdirSync(join(modules, '@msgpackr-extract'), { recursive: true, encoding: 'utf8' })
  return files.filter(path => path.endsWith('.node')).map(path => join(modules, '@msgpackr-extract', path))
}

const onDisk = addonsOnDisk()
const isOnDisk = onDisk.length > 0

/** An addon that is on disk is found; without one the door is clean. In both cases the answer is exact. */
function expectFound(addons: readonly string[]): void {
  expect(addons).toHaveLength(isOnDisk ? 1 : 0)
  expect(onDisk).toEqual(expect.arrayContaining([...addons]))
}

const inWorker = (module: string): string => `
  const { Worker } = await import('node:worker_threads')
  const { once } = await import('node:events')
  const text = \`import('${module}').then(() => require('node:worker_threads').parentPort.postMessage('up'))
    setInterval(() => {}, 1000)\`
  const worker = new Worker(text, { eval: true })
  await once(worker, 'message')
  reportSharedObjects()
  await worker.terminate()`

/** As a partition's thread, which the broker's thread has started: the loader is a worker of a worker. */
const inNestedWorker = (module: string): string => `
  const { Worker } = await import('node:worker_threads')
  const { once } = await import('node:events')
  const inner = \`import('${module}').then(() => require('node:worker_threads').parentPort.postMessage('up'))
    setInterval(() => {}, 1000)\`
  const outer = \`const { Worker, parentPort } = require('node:worker_threads')
    new Worker(\${JSON.stringify(inner)}, { eval: true }).on('message', up => parentPort.postMessage(up))\`
  const worker = new Worker(outer, { eval: true })
  await once(worker, 'message')
  reportSharedObjects()
  await worker.terminate()`

test('the door that imports the main entry of msgpackr is found to load its addon', async () => {
  expectFound(await addonsOfDoor(`await import('msgpackr')`))
})

test('an addon that two reports name is listed once', async () => {
  expectFound(await addonsOfDoor(`await import('msgpackr'); reportSharedObjects()`))
})

test('a flag in the environment cannot hide an addon', async () => {
  vi.stubEnv('NODE_OPTIONS', '--no-addons')
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  expectFound(await addonsOfDoor(`await import('msgpackr')`))
})

test('an addon is found while the worker that loaded it lives', async () => {
  expectFound(await addonsOfDoor(inWorker('msgpackr')))
})

test('an addon is found in a thread that another thread has started, as a partition is', async () => {
  expectFound(await addonsOfDoor(inNestedWorker('msgpackr'), 2))
  expect(await addonsOfDoor(inNestedWorker('msgpackr/pack'), 2)).toEqual([])
})

test('a door that was looked at before its threads were up is not taken for a clean one', async () => {
  const early = `reportSharedObjects()\n${inWorker('msgpackr/pack')}`
  expect(await addonsOfDoor(early, 1)).toEqual([])
  const tooEarly = early.replace(/reportSharedObjects\(\)(?=\s*await worker)/, '')
  await expect(addonsOfDoor(tooEarly, 1)).rejects.toThrow(
    'with 0 threads alive at most, and should have had 1'
  )
})

test('msgpackr/pack loads no addon, on the main thread or in a worker', async () => {
  expect(await addonsOfDoor(`await import('msgpackr/pack')`)).toEqual([])
  expect(await addonsOfDoor(inWorker('msgpackr/pack'))).toEqual([])
})

test('an addon loaded before a door ends its process itself is found', async () => {
  expectFound(await addonsOfDoor(`await import('msgpackr'); process.exit(0)`))
})

test('the complaint names the door and the file', async () => {
  const complaint = await complaintAbout({
    name: 'a bad door',
    source: `await import('msgpackr')`,
    threads: 0
  })
  const sentences = onDisk.map(path => `The door "a bad door" loads native code: ${path}.`)
  expect(isOnDisk ? sentences : [null]).toContain(complaint)
})

test.each([
  ['that throws', `throw new TypeError('closed')`, 'The child process failed: TypeError: closed'],
  ['that does not exist', `await import('./no-such-door.js')`, 'Cannot find module'],
  ['that waits for ever', 'await new Promise(() => {})', 'The door waits for something that never comes'],
  ['that ends badly', 'process.exit(3)', 'The child process failed']
])('a door %s is not taken for a clean one', async (_, source, message) => {
  await expect(addonsOfDoor(source)).rejects.toThrow(message)
})
