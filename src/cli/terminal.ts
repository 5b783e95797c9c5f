/**
 * What a command sees of the terminal, and of the call that started it.
 */
export interface Terminal {
  /** Results. */
  readonly out: (text: string) => void
  /** Progress and errors. */
  readonly err: (text: string) => void
  /** Width where progress goes to somebody's screen; null where it goes to a file or a pipe. */
  readonly columns: number | null
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

/** One call of the program. */
export interface Invocation {
  readonly terminal: Terminal
  /** As typed, behind the program's name. */
  readonly args: readonly string[]
  readonly exit: (code: number) => void
}
