/**
 * What a handler prints goes to the error output: the output of the process is the plan's text, or its JSON.
 *
 * Thread: called once in a consumer's thread, before the module of the handler is loaded.
 */
export function printToErrorOutput(): void {
  const { stdout, stderr } = process
  // The stream stays the same object: `console` and modules of the user's may hold it already.
  stdout.write = stderr.write.bind(stderr)
}
