/** Publishing and sampling the log view: a reader sees whole views only, whenever the host dies. */
import { describe, expect, test } from 'vitest'
import { invariant } from '../../src/base/invariant.ts'
import { emptyLogView, type LogView, publishLogView, sampleLogView } from '../../src/threads/log-view.ts'
import type { Words } from '../../src/threads/words.ts'
import { AlteredWords } from './altered-words.ts'
import { explore, type Model, type Program } from './explorer.ts'

const PLACE = { versionWord: 0, copyWord: 1 }

/** The n-th state of a log: every field follows from n, so that a mixture shows. */
function stateOf(n: number): LogView {
  const view = emptyLogView()
  view.logEndOffset = 10 * n
  view.highWatermark = 10 * n
  view.leoPosition = 100 * n
  view.indexEntries = n
  return view
}

function isWhole(view: LogView): boolean {
  const n = view.indexEntries
  return view.logEndOffset === 10 * n && view.highWatermark === 10 * n && view.leoPosition === 100 * n
}

/** How a protocol publishes and samples; `sample` gives the version, or null. */
interface Protocol {
  publish(words: Words, view: LogView): void
  sample(words: Words, into: LogView): number | null
  /** What a new host takes for the published state. */
  recover(words: Words, into: LogView): void
}

const twoCopies: Protocol = {
  publish: (words, view) => publishLogView(words, PLACE, view),
  sample: (words, into) => sampleLogView(words, PLACE, into),
  recover: (words, into) => void sampleLogView(words, PLACE, into)
}

function readOnly(words: Words, into: LogView): void {
  into.logEndOffset = words.load(3)
  into.highWatermark = words.load(5)
  into.leoPosition = words.load(16)
  into.indexEntries = words.load(27)
}

/** One copy, the version odd while it is written. */
const oneCopy: Protocol = {
  publish(words, view) {
    const version = (words.load(0) | 1) + 1
    words.store(0, version - 1)
    words.store(3, view.logEndOffset)
    words.store(5, view.highWatermark)
    words.store(16, view.leoPosition)
    words.store(27, view.indexEntries)
    words.store(0, version)
  },
  sample(words, into) {
    const version = words.load(0)
    readOnly(words, into)
    return (version & 1) === 0 && words.load(0) === version ? version : null
  },
  recover: readOnly
}

/** Stores the version before the copy is filled. */
class VersionFirst extends AlteredWords {
  #stored = false

  override load(index: number): number {
    const value = super.load(index)
    if (index === PLACE.versionWord && !this.#stored) {
      this.#stored = true
      super.store(index, value + 1)
    }
    return value
  }

  override store(index: number, value: number): void {
    if (index !== PLACE.versionWord) super.store(index, value)
  }
}

/** Gives the version once read for the version as it is now. */
class NoSecondLook extends AlteredWords {
  #version: number | null = null

  override load(index: number): number {
    if (index !== PLACE.versionWord) return super.load(index)
    this.#version ??= super.load(index)
    return this.#version
  }
}

const versionFirst: Protocol = {
  ...twoCopies,
  publish: (words, view) => publishLogView(new VersionFirst(words), PLACE, view)
}

const noSecondLook: Protocol = {
  ...twoCopies,
  sample: (words, into) => sampleLogView(new NoSecondLook(words), PLACE, into)
}

/** A host that publishes `states`; after a death it goes on behind the last published one. */
function host({ publish, recover }: Protocol, states: number): { first: Program; next: Program } {
  const from = (words: Words, n: number): void => {
    for (let state = n; state <= states; state++) publish(words, stateOf(state))
  }
  return {
    first: words => from(words, 1),
    next(words) {
      const view = emptyLogView()
      recover(words, view)
      publish(words, view)
      from(words, view.indexEntries + 1)
    }
  }
}

/** Samples so often, and remembers how far the log had come. */
function reader({ sample }: Protocol, samples: number): Program {
  return words => {
    let last = 0
    for (let count = 0; count < samples; count++) {
      words.knows({ count, last })
      const view = emptyLogView()
      if (sample(words, view) === null) continue
      const { indexEntries: state, logEndOffset, leoPosition } = view
      invariant(isWhole(view), 'a sampled view is whole', { logEndOffset, leoPosition })
      invariant(state >= last, 'a later sample is no older', { last, state })
      last = state
    }
  }
}

function model(protocol: Protocol, states: number, samples: number): Model {
  const { first, next } = host(protocol, states)
  return {
    threads: [
      { name: 'host', lives: [first, next] },
      { name: 'reader', lives: [reader(protocol, samples)] }
    ],
    nameOf: index => (index === 0 ? 'version' : `view ${(index - 1) >> 5} word ${(index - 1) & 31}`)
  }
}

describe('the log view', () => {
  test('is always sampled whole and never goes back, whenever the host dies', () => {
    const found = explore(model(twoCopies, 1, 2))
    expect(found.violation).toBeNull()
    expect(found.states).toBeGreaterThan(30_000)
  })

  test('is always sampled whole beside three publications', () => {
    const { threads, ...rest } = model(twoCopies, 3, 1)
    const immortal = threads.map(({ name, lives }) => ({ name, lives: lives.slice(0, 1) }))
    const found = explore({ ...rest, threads: immortal })
    expect(found.violation).toBeNull()
    expect(found.states).toBeGreaterThan(180_000)
  })

  test('with one copy and an odd version would be a mixture after a death', () => {
    const found = explore(model(oneCopy, 2, 1))
    expect(found.violation?.text).toContain('a sampled view is whole')
    expect(found.violation?.trace).toContain('host dies')
  })

  test('would be a mixture if its version were stored before its copy is filled', () => {
    const found = explore(model(versionFirst, 1, 1))
    expect(found.violation?.text).toContain('a sampled view is whole')
    expect(found.violation?.trace).toContain('host: version store 1')
  })

  test('would be a mixture if the reader did not look at the version again', () => {
    const found = explore(model(noSecondLook, 3, 1))
    expect(found.violation?.text).toContain('a sampled view is whole')
    expect(found.violation?.trace).toContain('host: version store 2')
  })
})
