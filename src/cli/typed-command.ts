/**
 * The command as it was typed, for reports and for commands that name a better one.
 */

/** Written as it is; anything else is quoted for the shell. */
const PLAIN_ARGUMENT = /^[\w./:=@%+,-]+$/

/** @param left flags that are left out, each with its value */
export function typedCommand(args: readonly string[], left: readonly string[] = []): string {
  const kept: string[] = ['npx', 'highwater']
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? ''
    if (left.includes(argument)) index++
    else if (!left.some(flag => argument.startsWith(`${flag}=`))) kept.push(quoted(argument))
  }
  return kept.join(' ')
}

function quoted(argument: string): string {
  return PLAIN_ARGUMENT.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`
}
