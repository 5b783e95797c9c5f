/**
 * Conditions that hold unless the program is wrong. They stay on in production: a broken one stops the
 * thread, its partitions go offline and the broker reports it.
 */
type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>

export class InvariantError extends Error {
  override readonly name = 'InvariantError'
  readonly code = 'HIGHWATER_INVARIANT'
  readonly facts: Facts

  constructor(message: string, facts: Facts) {
    super(`${message} ${JSON.stringify(facts)}`)
    this.facts = facts
  }
}

/** @throws InvariantError with the facts if `condition` is false. Give the facts lazily where they cost. */
export function invariant(
  condition: boolean,
  message: string,
  facts: Facts | (() => Facts) = {}
): asserts condition {
  if (!condition) throw new InvariantError(message, typeof facts === 'function' ? facts() : facts)
}
