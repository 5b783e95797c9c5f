import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { fileStorage } from '../../../src/data-plane/log/file-storage.ts'
import { Log } from '../../../src/data-plane/log/log.ts'
import { appendEach, optionsFor, publishedOf, syntheticBatch } from './batches.ts'

const ROOT = mkdtempSync(join(tmpdir(), 'highwater-storage-'))
afterAll(() => rmSync(ROOT, { recursive: true }))

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const bytes = (value: string) => new TextEncoder().encode(value)

test('parts are written one after another at a position, and read back', () => {
  const path = join(ROOT, 'parts')
  const file = fileStorage.open(path, 'write')
  file.write([bytes('0123456789')], 0)
  file.write([bytes('ab'), bytes(''), bytes('cde')], 3)
  expect(readFileSync(path, 'utf8')).toBe('012abcde89')
  const target = new Uint8Array(20)
  expect(file.read(target, 4)).toBe(6)
  expect(text(target.subarray(0, 6))).toBe('bcde89')
  expect(file.read(target, 100)).toBe(0)
  file.truncate(5)
  expect(file.size()).toBe(5)
  file.flush()
  file.close()
})

test('bytes over shared memory are taken and given', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(8))
  shared.set(bytes('shared!!'))
  const file = fileStorage.open(join(ROOT, 'shared'), 'write')
  file.write([shared.subarray(0, 4), shared.subarray(4)], 0)
  shared.fill(0)
  expect(file.read(shared, 0)).toBe(8)
  expect(text(shared.slice())).toBe('shared!!')
  file.close()
})

test('more parts than one system call takes are all written', () => {
  const file = fileStorage.open(join(ROOT, 'many'), 'write')
  const parts = Array.from({ length: 3000 }, (_, i) => new Uint8Array([i & 0xff]))
  file.write(parts, 0)
  expect(file.size()).toBe(3000)
  const target = new Uint8Array(3000)
  file.read(target, 0)
  expect(Buffer.compare(target, Buffer.concat(parts))).toBe(0)
  file.close()
})

/** What a program of this source prints, in a process whose files may not grow beyond so many kilobytes. */
function printedWithFilesOf(kilobytes: number, source: string): Promise<string> {
  // bash counts in kilobytes wherever it runs.
  const shell = ['-c', `ulimit -f ${kilobytes} && exec "$0" --input-type=module --eval "$1"`]
  return new Promise((resolve, reject) => {
    execFile('bash', [...shell, process.execPath, source], (error, output) => {
      if (error === null) resolve(output)
      else reject(error)
    })
  })
}

test.each([
  ['one part', '[new Uint8Array(20000)]'],
  ['several parts', '[new Uint8Array(12000), new Uint8Array(8000)]']
])(
  'a write of %s of which the system took only some bytes is refused, not taken for done',
  async (_, parts) => {
    const path = join(ROOT, `short-${parts.length}`)
    const module = pathToFileURL(
      join(import.meta.dirname, '../../../dist/src/data-plane/log/file-storage.js')
    )
    const output = await printedWithFilesOf(
      16,
      `import { fileStorage } from ${JSON.stringify(module.href)}
     const file = fileStorage.open(${JSON.stringify(path)}, 'write')
     try { file.write(${parts}, 0); console.log('taken') }
     catch (error) { console.log(error.code, error.message) }`
    )
    expect(output.trim()).toBe(`HIGHWATER_STORAGE cannot write ${path}: only 16384 of 20000 bytes were taken`)
    expect(statSync(path).size).toBe(16384)
  }
)

test('opening for writing keeps what is there, opening for reading needs it to be there', () => {
  const path = join(ROOT, 'kept')
  writeFileSync(path, 'kept')
  fileStorage.open(path, 'write').close()
  expect(readFileSync(path, 'utf8')).toBe('kept')
  const missing = join(ROOT, 'missing')
  expect(() => fileStorage.open(missing, 'read')).toThrow(
    expect.objectContaining({
      code: 'HIGHWATER_STORAGE',
      message: `cannot open ${missing}: ENOENT: no such file or directory`,
      cause: expect.objectContaining({ code: 'ENOENT' })
    })
  )
})

test('files and directories are for their owner alone', () => {
  const directory = join(ROOT, 'a', 'b')
  fileStorage.makeDirectory(directory)
  fileStorage.makeDirectory(directory)
  fileStorage.open(join(directory, 'f'), 'write').close()
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  expect(statSync(join(directory, 'f')).mode & 0o777).toBe(0o600)
})

test('a file is replaced whole, and its temporary file is gone', () => {
  const directory = join(ROOT, 'replace')
  fileStorage.makeDirectory(directory)
  const path = join(directory, 'f')
  writeFileSync(`${path}.tmp`, 'a longer text that a crash left')
  fileStorage.replaceAll(path, bytes('one'))
  fileStorage.replaceAll(path, bytes('second'))
  expect(text(fileStorage.readAll(path))).toBe('second')
  fileStorage.replaceAll(path, bytes(''))
  expect(fileStorage.sizeOf(path)).toBe(0)
  expect(readdirSync(directory)).toEqual(['f'])
})

test('names are listed in order, and of a directory that is not there none', () => {
  const directory = join(ROOT, 'listed')
  fileStorage.makeDirectory(directory)
  for (const name of ['c', 'a', 'b']) writeFileSync(join(directory, name), name)
  expect(fileStorage.list(directory)).toEqual(['a', 'b', 'c'])
  fileStorage.rename(join(directory, 'a'), join(directory, 'd'))
  fileStorage.remove(join(directory, 'b'))
  expect(fileStorage.list(directory)).toEqual(['c', 'd'])
  expect(fileStorage.exists(join(directory, 'a'))).toBe(false)
  fileStorage.removeTree(directory)
  expect([fileStorage.exists(directory), fileStorage.list(directory)]).toEqual([false, []])
})

test('a closed or unwritable handle refuses with the path', () => {
  const path = join(ROOT, 'read-only')
  writeFileSync(path, 'x')
  const file = fileStorage.open(path, 'read')
  expect(() => file.write([bytes('y')], 0)).toThrow(`cannot write ${path}: EBADF`)
  file.close()
  expect(() => file.size()).toThrow(`cannot stat ${path}: EBADF`)
})

test('a log on real files comes back after a close, a kill and a warm start', () => {
  const directory = join(ROOT, 'orders-0')
  const options = {
    ...optionsFor(fileStorage, { segmentBytes: 20_000, indexIntervalBytes: 1000 }),
    directory
  }
  const batches = Array.from({ length: 200 }, (_, baseOffset) =>
    syntheticBatch({ baseOffset, sizeBytes: 700 })
  )
  let log = Log.openCold(options)
  appendEach(log, batches.slice(0, 70))
  log.close()
  log = Log.openCold(options)
  appendEach(log, batches.slice(70, 140))
  log = Log.openWarm(options, publishedOf(log))
  appendEach(log, batches.slice(140))
  log = Log.openCold(options)
  expect(log.logEndOffset).toBe(200)
  log.truncateTo(150)
  appendEach(log, batches.slice(150))
  log.close()
  const logs = readdirSync(directory).filter(name => name.endsWith('.log'))
  const contents = Buffer.concat(logs.map(name => readFileSync(join(directory, name))))
  expect(Buffer.compare(contents, Buffer.concat(batches))).toBe(0)
})

test('a file system that makes no directory is refused, not waited for', () => {
  expect(() => fileStorage.makeDirectory('/proc/no-such-directory/inside')).toThrow('no-such-directory')
})
