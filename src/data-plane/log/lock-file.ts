/**
 * A lock that ends with its holder: a file that names a process, and a descriptor which that process has open
 * on this very file.
 *
 *   <pid> <start of the process> <descriptor> <random>\n
 *
 * It gets its name by a link to a file that is whole, so nobody ever reads half of one. It is stale if its
 * process is gone, or if it is of this process and the descriptor is closed: the runtime closes those of a
 * thread that ends, whatever ended it.
 *
 * A stale lock is replaced by the one claimant that holds `<lock>.<text of the stale one>`, a lock of the
 * same kind. So what is replaced is what was looked at, and a claimant that dies on the way leaves a stale
 * lock again and no more.
 *
 * Thread: the one that claimed it. Needs a file system with hard links.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { storageError } from './storage-error.ts'

/** Who has the lock that was wanted. */
interface LockHolder {
  readonly pid: number
}

export class LockFile {
  readonly #path: string
  readonly #descriptor: number

  private constructor(path: string, descriptor: number) {
    this.#path = path
    this.#descriptor = descriptor
  }

  /**
   * @param token letters that no other claim has
   * @throws HighwaterError HIGHWATER_STORAGE
   */
  static claim(path: string, token: string): LockFile | LockHolder {
    const own = `${path}.${token}`
    const descriptor = attempt('open', own, () => openSync(own, 'wx', 0o600))
    let holder: string | null = ''
    try {
      const text = `${processMark(process.pid)} ${descriptor} ${token}\n`
      attempt('write', own, () => writeSync(descriptor, text))
      holder = take(path, own)
    } finally {
      removeIfThere(own)
      if (holder !== null) closeSync(descriptor)
    }
    if (holder !== null) return { pid: Number.parseInt(holder, 10) }
    removeLeftovers(path)
    return new LockFile(path, descriptor)
  }

  /** Nothing is removed if the name is another's by now, or gone. */
  release(): void {
    try {
      if (isOpenAs(this.#descriptor, this.#path)) removeIfThere(this.#path)
    } finally {
      closeSync(this.#descriptor)
    }
  }
}

const ATTEMPTS_MAX = 100

/** Gives `own` the name `path` too. @returns null, or the text of the lock that is held */
function take(path: string, own: string): string | null {
  for (let tried = 0; tried < ATTEMPTS_MAX; tried++) {
    if (tryLink(own, path)) return null
    const found = contentsOf(path)
    // Released in between.
    if (found === null) continue
    if (isHeld(found, path)) return found
    const right = `${path}.${nameOf(found)}`
    const rival = take(right, own)
    if (rival !== null) return rival
    if (contentsOf(path) === found) {
      attempt('rename', right, () => renameSync(right, path))
      return null
    }
    removeIfThere(right)
  }
  throw storageError('link', path, 'it came and went for as long as it was tried')
}

/** What a stale lock says, as a part of a file name. */
function nameOf(text: string): string {
  return (
    text
      .trim()
      .replace(/[^A-Za-z0-9]+/g, '-')
      .slice(0, 60) || 'empty'
  )
}

function isHeld(text: string, path: string): boolean {
  const [pid, start, descriptor] = text.trim().split(' ')
  const mark = processMark(Number(pid))
  if (mark === null || mark !== `${pid} ${start}`) return false
  if (Number(pid) !== process.pid || descriptor === undefined) return true
  return isOpenAs(Number(descriptor), path)
}

function isOpenAs(descriptor: number, path: string): boolean {
  const named = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (named === undefined) return false
  try {
    const open = fstatSync(descriptor, { bigint: true })
    return open.ino === named.ino && open.dev === named.dev
  } catch {
    return false
  }
}

/** Files of claimants that died between two steps. */
function removeLeftovers(path: string): void {
  const prefix = `${basename(path)}.`
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(prefix)) continue
    const leftover = join(dirname(path), name)
    const text = contentsOf(leftover)
    // One without a line end is being written.
    if (text?.endsWith('\n') && !isHeld(text, leftover)) removeIfThere(leftover)
  }
}

const STARTTIME_FIELD = 19

/**
 * A text that names a running process and, where the system tells, when it was started: a number alone comes
 * back, in a container already after a restart. Null if no such process runs.
 */
function processMark(pid: number): string | null {
  if (!Number.isInteger(pid) || pid <= 0) return null
  try {
    process.kill(pid, 0)
  } catch (cause) {
    // It runs, but belongs to somebody else.
    if (codeOf(cause) !== 'EPERM') return null
  }
  if (!existsSync('/proc/self/stat')) return `${pid} -`
  const stat = contentsOf(`/proc/${pid}/stat`)
  // The name of the program stands in brackets and may hold anything.
  return stat === null ? null : `${pid} ${stat.split(') ').at(-1)?.split(' ')[STARTTIME_FIELD] ?? ''}`
}

function tryLink(source: string, target: string): boolean {
  try {
    linkSync(source, target)
    return true
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false
    throw storageError('link', target, cause)
  }
}

/** Null if there is no such file. */
function contentsOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (isGone(cause)) return null
    throw storageError('read', path, cause)
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (cause) {
    if (!isGone(cause)) throw storageError('remove', path, cause)
  }
}

/** ESRCH: what /proc says of a process that ends now. */
function isGone(cause: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ESRCH'].includes(codeOf(cause))
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : ''
}

function attempt<T>(action: string, path: string, call: () => T): T {
  try {
    return call()
  } catch (cause) {
    throw storageError(action, path, cause)
  }
}
