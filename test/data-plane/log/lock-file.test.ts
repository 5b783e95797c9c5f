import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LockFile } from '../../../src/data-plane/log/lock-file.ts'
import { threadEntry } from '../../../src/threads/worker-entry.ts'
import { startThread } from '../../../src/threads/worker-pool.ts'

let directory = ''
let lock = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'highwater-test-'))
  lock = join(directory, '.lock')
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

function claimed(token = 'mine'): LockFile {
  const claim = LockFile.claim(lock, token)
  if (!(claim instanceof LockFile)) throw new Error(`held by ${claim.pid}`)
  return claim
}

/** What a process that is gone leaves. */
function staleText(): string {
  return `${spawnSync(process.execPath, ['--version']).pid} 123 22 old\n`
}

test('a lock is held until its release, and leaves no other file behind', () => {
  const held = claimed()
  expect(LockFile.claim(lock, 'other')).toEqual({ pid: process.pid })
  expect(readdirSync(directory)).toEqual(['.lock'])
  held.release()
  expect(readdirSync(directory)).toEqual([])
  claimed('other').release()
})

test.each(['', 'words', '999999999 1 2 x\n', '-1\n', '0 0 0\n'])('a lock that says %j is stale', text => {
  writeFileSync(lock, text)
  const held = claimed()
  expect(readFileSync(lock, 'utf8')).toMatch(/ mine\n$/)
  held.release()
})

test('the lock of a thread of this process that is gone is stale, for its descriptor is closed', () => {
  claimed('first')
  const [pid, start, descriptor] = readFileSync(lock, 'utf8').split(' ')
  rmSync(lock)
  // The descriptor is open, but on the file that was removed.
  writeFileSync(lock, `${pid} ${start} ${descriptor} gone\n`)
  claimed().release()
  writeFileSync(lock, `${pid} ${start} 99999 gone\n`)
  claimed().release()
})

test('of those who find a stale lock, only the one who has the right to it replaces it', () => {
  const text = staleText()
  writeFileSync(lock, text)
  const right = `${lock}.${text.trim().replaceAll(' ', '-')}`
  const rival = LockFile.claim(right, 'rival')
  expect(rival).toBeInstanceOf(LockFile)
  expect(LockFile.claim(lock, 'mine')).toEqual({ pid: process.pid })
  expect(readFileSync(lock, 'utf8')).toBe(text)
  if (rival instanceof LockFile) rival.release()
  claimed().release()
})

test('a claimant that died with the right to a stale lock keeps nobody out', () => {
  const text = staleText()
  writeFileSync(lock, text)
  writeFileSync(`${lock}.${text.trim().replaceAll(' ', '-')}`, text)
  writeFileSync(`${lock}.unfinished`, '')
  claimed().release()
  expect(readdirSync(directory)).toEqual(['.lock.unfinished'])
})

test('a release leaves the lock of another alone, and minds no missing one', () => {
  const first = claimed('first')
  rmSync(lock)
  const second = claimed('second')
  first.release()
  expect(readFileSync(lock, 'utf8')).toMatch(/ second\n$/)
  rmSync(directory, { recursive: true })
  second.release()
})

test('of many that meet one stale lock at once, one gets it', async () => {
  const entry = threadEntry(import.meta.url, './lock-thread.ts')
  const threads = ['a', 'b', 'c', 'd'].map(name => startThread(entry, { name }))
  const text = staleText()
  const winners: number[] = []
  for (let round = 0; round < 200; round++) {
    const path = `${lock}-${round}`
    writeFileSync(path, text)
    const claims = await Promise.all(threads.map(({ port }) => port.call('claim', { path })))
    winners.push(claims.filter(({ body }) => body['isMine']).length)
  }
  for (const { port } of threads) port.close()
  await Promise.all(threads.map(({ ended }) => ended))
  expect(winners).toEqual(winners.map(() => 1))
})
