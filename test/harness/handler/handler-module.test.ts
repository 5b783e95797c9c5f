import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { handlerSource, loadHandler, whatWas } from '../../../src/harness/handler/handler-module.ts'

const moduleOf = (text: string) => ({
  name: 'h.mjs',
  address: `data:text/javascript,${encodeURIComponent(text)}`
})

describe('a handler module', () => {
  test('is a file, by its path or its address', () => {
    const path = 'test/harness/handler/handler-module.test.ts'
    const expected = { name: 'handler-module.test.ts', address: pathToFileURL(resolve(path)).href }
    expect(handlerSource(path)).toEqual(expected)
    expect(handlerSource(expected.address)).toEqual(expected)
  })

  test.each([
    [
      'test/harness/none.mjs',
      /^The handler test\/harness\/none\.mjs cannot be found: name a JavaScript module/
    ],
    ['test/harness', /^The handler test\/harness is no file: /],
    [
      'test/harness/../../package.json',
      /package\.json is no JavaScript module: its name must end with \.mjs, \.js or \.cjs\.$/
    ]
  ])('that is no file is refused: %s', (path, message) => {
    expect(() => handlerSource(path)).toThrow(message)
  })

  test('has a handler as its default, or by that name, which goes first', async () => {
    const both = await loadHandler(moduleOf('export default () => 1; export const handler = () => 2'))
    expect(both.handler([], {} as never)).toBe(2)
    const one = await loadHandler(moduleOf('export default () => 1'))
    expect([one.handler([], {} as never), one.keyDeserializer, one.valueDeserializer]).toEqual([
      1,
      null,
      null
    ])
  })

  test('may have deserializers, which are functions', async () => {
    const text = 'export const handler = () => 1; export const keyDeserializer = () => 3'
    expect((await loadHandler(moduleOf(text))).keyDeserializer?.(new Uint8Array(0), 't', [])).toBe(3)
    const wrong = moduleOf('export const handler = () => 1; export const valueDeserializer = 3')
    await expect(loadHandler(wrong)).rejects.toThrow(
      'The handler h.mjs exports valueDeserializer, which must be a function.'
    )
  })

  test.each([
    ['export default 7', 'HIGHWATER_CONFIG', /^The handler h\.mjs exports no function: export default async/],
    ['', 'HIGHWATER_CONFIG', /^The handler h\.mjs exports no function/],
    [
      'export class handler {}',
      'HIGHWATER_CONFIG',
      /^The handler h\.mjs exports a class, which cannot be called/
    ],
    [
      'export default (',
      'HIGHWATER_CONFIG',
      /^The handler h\.mjs has a syntax error: .*; node --check h\.mjs shows/
    ],
    [
      'throw new RangeError("no\\nway.")',
      'HIGHWATER_HANDLER',
      /^The handler h\.mjs threw while it was loaded: RangeError: no way\..*\.$/
    ]
  ])('that cannot be used is refused in one sentence: %s', async (text, code, message) => {
    await expect(loadHandler(moduleOf(text))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message)
    })
  })
})

describe('what a handler threw', () => {
  test('is told in one line, with the place in its own code and none in Node', () => {
    const own = new TypeError('bad\n record')
    own.stack =
      'TypeError: bad\n    at node:internal/x:1:1\n    at handle (file:///app/h.mjs:3:9)\n    at b:1:1'
    expect(whatWas(own)).toBe('TypeError: bad record at handle (file:///app/h.mjs:3:9)')
    own.stack = 'TypeError: bad\n    at node:internal/x:1:1'
    expect(whatWas(own)).toBe('TypeError: bad record')
  })

  test('has no place in files of ours, nor in Node, which names what it runs as', () => {
    const own = new TypeError('bad')
    const ours = new URL('../../../src/harness/handler/handler-loop.ts', import.meta.url).href
    const frames = [`at #call (${ours}:9:9)`, 'at Object.f [as file:] (node:internal/modules/esm:1:1)']
    own.stack = ['TypeError: bad', ...frames].join('\n    ')
    expect(whatWas(own)).toBe('TypeError: bad')
    own.stack = ['TypeError: bad', ...frames, 'at module.exports (/app/h.cjs:3:9)'].join('\n    ')
    expect(whatWas(own)).toBe('TypeError: bad at module.exports (/app/h.cjs:3:9)')
  })

  test('may be anything, and is cut where it is long', () => {
    expect([whatWas('a text.'), whatWas(undefined), whatWas({})]).toEqual([
      'a text',
      'undefined',
      '[object Object]'
    ])
    expect(whatWas('x'.repeat(1000))).toBe(`${'x'.repeat(300)}...`)
  })
})
