import { expect, test } from 'vitest'
import { ChildProcesses } from '../../../bench/peers/child-processes.ts'

const NODE = process.execPath
const FOR_EVER = ['-e', 'setInterval(() => {}, 1000)']
const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('the output of a program comes back with the processor time it took', async () => {
  const busy = 'while (process.cpuUsage().user < 2e5); console.log("done")'
  const { output, cpuSeconds, serverCpuSeconds } = await new ChildProcesses().run(NODE, ['-e', busy])
  expect(output).toBe('done\n')
  if (process.platform === 'linux') {
    expect(cpuSeconds).toBeGreaterThanOrEqual(0.19)
    expect(serverCpuSeconds).toBe(0)
  }
})

test('a program that fails is an error with what it said', async () => {
  const run = new ChildProcesses().run(NODE, ['-e', 'console.error("no broker"); process.exit(3)'])
  await expect(run).rejects.toThrow(/ended with code 3: no broker/)
})

test('a program that is not there is an error', async () => {
  await expect(new ChildProcesses().run('no-such-program-here', [])).rejects.toThrow(/ENOENT/)
})

test('an interruption ends the program that runs and lets none start', async () => {
  const children = new ChildProcesses()
  const run = children.run(NODE, FOR_EVER)
  children.interrupt()
  await expect(run).rejects.toThrow('Interrupted')
  await expect(children.run(NODE, ['-e', ''])).rejects.toThrow('Interrupted')
})

test('a server is ended by its id, at once or at the end of everything', async () => {
  const children = new ChildProcesses()
  const polite = children.start(NODE, FOR_EVER, '/dev/null')
  await children.end(polite)
  expect(polite.signalCode).toBe('SIGTERM')
  expect(isRunning(polite.pid ?? 0)).toBe(false)
  const forgotten = children.start(NODE, FOR_EVER, '/dev/null')
  const ended = new Promise(resolve => forgotten.once('close', resolve))
  children.killAll()
  await ended
  expect(forgotten.signalCode).toBe('SIGKILL')
})

test('ending a server that has ended is nothing', async () => {
  const children = new ChildProcesses()
  const server = children.start(NODE, ['-e', ''], '/dev/null')
  await new Promise(resolve => server.once('close', resolve))
  await children.end(server)
  expect(server.exitCode).toBe(0)
})
