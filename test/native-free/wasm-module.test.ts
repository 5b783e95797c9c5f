import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assembleModule, type Code, I32, I64, i32, i64, local, when } from '../../native-free/wasm-module.ts'

const MEMORY = { module: 'env', name: 'memory', pages: [1, 65536] } as const

/** The value of an i32 expression over the parameters 0 and 1. */
function evaluate(body: Code, first = 0, second = 0): number {
  const parts = { name: 'value', parameters: [I32, I32], locals: [I64], results: [I32], body } as const
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const module = new WebAssembly.Module(assembleModule(MEMORY, [parts]))
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return (exports['value'] as (first: number, second: number) => number)(first, second)
}

test('the bytes of a module are those of the specification, section by section', () => {
  const body = i32.constant(-1)
  const module = assembleModule(MEMORY, [
    { name: 'f', parameters: [I32], locals: [I64], results: [I32], body }
  ])
  const sections = [
    '0061736d 01000000',
    '01 06 01 60 01 7f 01 7f',
    '02 12 01 03 656e76 06 6d656d6f7279 02 03 01 808004',
    '03 02 01 00',
    '07 05 01 01 66 00 00',
    '0a 08 01 06 01 01 7e 41 7f 0b'
  ]
  expect(Buffer.from(module).toString('hex')).toBe(sections.join('').replaceAll(' ', ''))
})

test('a constant of any size keeps its value and sign', () => {
  const edges = [0, 63, 64, -64, -65, 8191, 8192, 2147483647, -2147483648]
  expect(edges.map(value => evaluate(i32.constant(value)))).toEqual(edges)
  expect(edges.map(value => evaluate(i32.wrap64(i64.constant(value))))).toEqual(edges)
  fc.assert(fc.property(fc.integer(), value => evaluate(i32.constant(value)) === value))
})

test('operators take their operands in the order in which they are written', () => {
  const shift = i32.shiftRight(local.get(0), local.get(1))
  expect(evaluate(shift, -1, 28)).toBe(15)
  const wide = i64.shiftRight(i64.shiftLeft(i64.extend32(local.get(0)), i64.constant(8)), i64.constant(16))
  expect(evaluate(i32.wrap64(wide), -1)).toBe(0xffffff)
})

test('a body runs only when its condition is not 0', () => {
  const doubled: Code = [
    when(i32.notEqual(local.get(0), local.get(1)), local.set(0, i32.add(local.get(0), local.get(0)))),
    local.get(0)
  ]
  expect([evaluate(doubled, 3, 4), evaluate(doubled, 3, 3)]).toEqual([6, 3])
})

test('a memory outside the limits of the import is refused', () => {
  const body = i32.constant(0)
  const parts = { name: 'f', parameters: [], locals: [], results: [I32], body } as const
  const module = new WebAssembly.Module(assembleModule({ ...MEMORY, pages: [2, 16] }, [parts]))
  const instantiate = (initial: number, maximum: number) => () =>
    new WebAssembly.Instance(module, {
      env: { memory: new WebAssembly.Memory({ initial, maximum, shared: true }) }
    })
  expect(instantiate(2, 16)).not.toThrow()
  expect(instantiate(1, 16)).toThrow('initial')
  expect(instantiate(2, 17)).toThrow('maximum')
})
