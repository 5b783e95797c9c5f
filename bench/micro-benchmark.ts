/** What a micro benchmark is: named work that checks itself once before it is timed. */
export interface MicroBenchmark {
  readonly name: string
  /** Bytes that one `run` works on; 0 if a rate in bytes has no meaning. */
  readonly bytes: number
  /** Operations in one `run`, so that short ones are timed by the hundred. */
  readonly operations: number
  /** @returns what `check` is given */
  run(): number
  /** Throws unless the result of a run is what it must be. */
  check(result: number): void
  /** Puts back what a run used up, before each run and outside its time. */
  restore?(): void
  /** Removes what was made for it. */
  close?(): void
}

export function expectResult(name: string, result: number, expected: number): void {
  if (result !== expected) throw new Error(`${name} gave ${result}, expected ${expected}; it is not timed.`)
}
