import { expect, test } from 'vitest'
import { readSource, type SourceFile, sourceFiles } from './source-files.ts'
import { withoutComments } from './source-text.ts'

/** What a copy of record bytes is part of; `ARCHITECTURE.md`, "The fetch path", counts them. */
type Step =
  | 'encoding'
  | 'staging to slot'
  | 'slot to tail'
  | 'poll'
  | 'below the tail'
  /** Only some records, or bytes that are no records. */
  | 'beside the path'

/** Every place on the way of a record that copies bytes, as the code says it up to the first comma. */
const COPIES: Readonly<Record<string, readonly (readonly [code: string, step: Step, why: string])[]>> = {
  'src/clients/producer/record-serializers.ts': [
    ['Buffer.from(key', 'encoding', 'a key of text becomes bytes, for its partition is a hash of them']
  ],
  'src/wire/record/record-batch-builder.ts': [
    ['bytes.set(key', 'encoding', "the caller's key into the open batch"],
    ['bytes.set(value', 'encoding', "the caller's value into the open batch"],
    ['target.set(this.#bytes.subarray(0', 'beside the path', 'a batch that outgrows its buffer moves on']
  ],
  'src/wire/record/record-header.ts': [
    ['Buffer.from(key', 'encoding', 'the key of a header'],
    ['bytes.set(keyBytes', 'encoding', 'the key of a header'],
    ['bytes.set(value', 'encoding', 'the value of a header']
  ],
  'src/clients/producer/record-accumulator.ts': [
    ['bytes.set(compressed', 'beside the path', 'what a codec made goes behind the header']
  ],
  'src/clients/producer/send-queue.ts': [
    ['new Uint8Array(value', 'beside the path', 'a record that waits for memory is kept from its caller']
  ],
  'src/broker/local-produce-lane.ts': [
    ['bytes.set(source', 'staging to slot', 'whole 8-byte words of a closed batch into shared memory']
  ],
  'src/data-plane/partition/partition-host.ts': [
    ['memory.copy(target', 'slot to tail', 'what was written, for readers; none without a reader']
  ],
  'src/broker/local-fetch-lane.ts': [
    ['reader.readInto(segment', 'below the tail', 'one pread into memory in which the checksum is computed'],
    ['reader.readInto(segment', 'below the tail', 'again with more room, for a first batch above the limit']
  ],
  'src/clients/consumer/polled-chunk.ts': [
    ['new Uint8Array(isDamaged ? bytes : bytes.subarray(0', 'poll', "once per chunk: the caller's for ever"]
  ],
  'src/data-plane/log/index-entries.ts': [
    ['grown.set(this.#bytes', 'beside the path', 'entries of an index that grows']
  ],
  'src/data-plane/log/segment-handles.ts': [
    ['bytes.set(new Uint8Array(this.#view.buffer', 'beside the path', "a reader's view of an index grows"]
  ]
}

const ON_THE_WAY = ['src/clients/producer', 'src/clients/consumer', 'src/data-plane', 'src/wire/record']
const LANES = ['src/broker/local-produce-lane.ts', 'src/broker/local-fetch-lane.ts']

const END = '[^,)]*'
const COPYING = [
  // Of bytes: those of maps are left out below.
  `[\\w.#]*\\.set\\(${END}`,
  `[\\w.#]*\\.(?:copyWithin|readInto|copy)\\(${END}`,
  `\\bnew Uint8Array\\((?:value|key|bytes|view|source|chunk|record)\\b(?!\\.buffer)${END}`,
  `\\bnew Uint8Array\\([^\\n)]*\\.subarray\\(${END}`,
  `\\bnew Uint8Array\\([^\\n,()]*\\?${END}`,
  // A Buffer of a buffer is a view; with one argument it is a copy.
  `\\bBuffer\\.(?:from\\((?!\\w+\\.buffer\\b|buffer\\b)|concat\\(|copyBytesFrom\\()${END}`,
  `\\b(?:Uint8Array\\.from|structuredClone)\\(${END}`,
  `\\b#?(?:\\w*[bB]ytes|value|key|view|chunk|payload)\\.slice\\(${END}`
]
const PATTERN = new RegExp(COPYING.join('|'), 'g')

/** The last name of a receiver, its method, and what follows. */
const CALL = /(#?\w+)\.(set|copy|copyWithin|readInto)\(.*$/s

/** Names that hold a map in the file. */
function mapsOf(code: string): Set<string> {
  return new Set(
    [...code.matchAll(/(#?\w+)\s*(?::[^=\n;]*)?=\s*new (?:Weak)?Map\b/g)].map(([, name]) => name!)
  )
}

/** What copies bytes in a file, without what leads to the last name of the receiver. */
function copiesIn({ text }: Pick<SourceFile, 'text'>): string[] {
  const code = withoutComments(text)
  const maps = mapsOf(code)
  return [...code.matchAll(PATTERN)].flatMap(([found]) => {
    const [call, receiver, method] = CALL.exec(found) ?? []
    if (call === undefined) return [found]
    return method === 'set' && maps.has(receiver!) ? [] : [call]
  })
}

const files = [...sourceFiles(...ON_THE_WAY), ...LANES.map(readSource)]

test('every place on the way of a record that copies bytes is listed with its reason; none is gone', () => {
  const found = files.flatMap(file => copiesIn(file).map(code => `${file.path}: ${code}`))
  const listed = Object.entries(COPIES).flatMap(([path, copies]) =>
    copies.map(([code]) => `${path}: ${code}`)
  )
  expect(found.sort()).toEqual(listed.sort())
})

test('a byte is copied as often as ARCHITECTURE.md says', () => {
  const steps = Object.values(COPIES).flatMap(copies => copies.map(([, step]) => step))
  const placesOf = (step: Step): number => steps.filter(other => other === step).length
  expect(placesOf('staging to slot')).toBe(1)
  expect(placesOf('slot to tail')).toBe(1)
  expect(placesOf('poll')).toBe(1)
  const text = readSource('ARCHITECTURE.md').text.replace(/\s+/g, ' ')
  const copies = 'staging to slot, slot to tail (none without a reader); then `forEach` 0 and `poll` 1'
  const below = 'one pread into memory in which the checksum can be computed, and for `poll` one copy out'
  expect(text).toContain(`Copies of a byte: ${copies}`)
  expect(text).toContain(`Below the tail ${below}`)
})

test('copies of each form are seen, and maps are not taken for bytes', () => {
  const text = `const known = new Map<string, number>()
  readonly #byTopic: Map<string, number> = new Map()
known.set(name, 1)
this.#byTopic.set(name, 2)
target.set(source, 0)
this.#bytes.set(other)
memory.copy(to, from, length)
bytes.copyWithin(0, 8)
log.reader.readInto(segment, 5)
new Uint8Array(value)
new Uint8Array(length)
new Uint8Array(a.subarray(0, 4))
Buffer.from(view)
Buffer.from(view.buffer, 0, 4)
Buffer.concat(parts)
key.slice(1)
names.slice(1) // bytes.set(comment)`
  expect(copiesIn({ text })).toEqual([
    'target.set(source',
    '#bytes.set(other',
    'memory.copy(to',
    'bytes.copyWithin(0',
    'reader.readInto(segment',
    'new Uint8Array(value',
    'new Uint8Array(a.subarray(0',
    'Buffer.from(view',
    'Buffer.concat(parts',
    'key.slice(1'
  ])
})
