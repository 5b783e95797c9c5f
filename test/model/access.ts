/** What a program does to a word, and which of it two threads must not do at once. */
export type Operation = 'get' | 'set' | 'load' | 'store' | 'add' | 'notify' | 'wait'
const WRITES: ReadonlySet<Operation> = new Set<Operation>(['set', 'store', 'add'])
const PLAIN: ReadonlySet<Operation> = new Set<Operation>(['get', 'set'])

export interface Access {
  readonly operation: Operation
  readonly index: number
  readonly value: number
}

export function isWrite({ operation }: Access): boolean {
  return WRITES.has(operation)
}

/** Two accesses of different threads to one word that nothing orders: a data race. */
export function conflict(one: Access, two: Access): boolean {
  const writes = isWrite(one) || isWrite(two)
  return writes && (PLAIN.has(one.operation) || PLAIN.has(two.operation))
}

export function sameAccess(one: Access | null, two: Access | null): boolean {
  if (one === null || two === null) return one === two
  return one.operation === two.operation && one.index === two.index && one.value === two.value
}
