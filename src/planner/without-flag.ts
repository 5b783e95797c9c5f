/**
 * A command as it was typed, without a flag that a better command gives a value of its own: the same flag
 * twice is refused.
 */

/** A word of the shell: plain characters, parts in single quotes, escaped quotes. */
const WORD = /(?:[^\s'\\]|'[^']*'|\\')+/g

/** The command without the flag and its value, written as two words or as one. */
export function withoutFlag(command: string, flag: string): string {
  const words = command.match(WORD) ?? []
  const kept = words.filter(
    (word, index) => word !== flag && words[index - 1] !== flag && !unquoted(word).startsWith(`${flag}=`)
  )
  return kept.join(' ')
}

function unquoted(word: string): string {
  return word.startsWith("'") ? word.slice(1) : word
}
