/** How a zstd decoder says that it cannot go on. */
export function damaged(reason: string): Error {
  return new Error(`The zstd data is damaged: ${reason}.`)
}
