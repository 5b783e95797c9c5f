/** In a thread of a process of its own: what goes where is seen from outside only. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const MODULE = new URL('../../../dist/src/harness/handler/handler-output.js', import.meta.url).href

const THREAD = `
  import(${JSON.stringify(MODULE)}).then(({ printToErrorOutput }) => {
    const { stdout } = process
    printToErrorOutput()
    console.log('logged')
    console.error('complained')
    stdout.write('written\\n')
  })`
const PROCESS = `
  const { Worker } = require('node:worker_threads')
  new Worker(${JSON.stringify(THREAD)}, { eval: true }).on('exit', () => console.log('the plan'))`

test('what a handler prints goes to the error output, and the output keeps what is ours', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', PROCESS], { encoding: 'utf8' })
  expect(stdout).toBe('the plan\n')
  expect(stderr.split('\n')).toEqual(['logged', 'complained', 'written', ''])
})
