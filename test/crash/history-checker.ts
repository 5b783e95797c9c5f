/**
 * Compares what callers were told with what the log holds: every acknowledged record exactly once at its
 * offset, none that was refused, none twice, each caller's in the order of sending, offsets without a gap.
 */
export interface Acknowledgement {
  readonly caller: number
  readonly number: number
  readonly partition: number
  readonly offset: number
}

export interface LoggedRecord {
  readonly offset: number
  readonly caller: number
  readonly number: number
}

interface CallerHistory {
  readonly acknowledgements: readonly Acknowledgement[]
  /** `caller:number` of each record whose caller was told that it failed. */
  readonly refused: ReadonlySet<string>
}

const FAULTS_MAX = 20

/** @param logs records of each partition, as read from its start to its end @returns what is wrong */
export function checkHistory(history: CallerHistory, logs: readonly (readonly LoggedRecord[])[]): string[] {
  const faults: string[] = []
  const say = (text: string): void => {
    if (faults.length < FAULTS_MAX) faults.push(text)
  }
  const places = new Map<string, string>()
  logs.forEach((records, partition) => {
    const last = new Map<number, number>()
    records.forEach(({ offset, caller, number }, i) => {
      const name = `${caller}:${number}`
      const place = `${partition}@${offset}`
      if (offset !== i) say(`offset ${offset} of partition ${partition} stands where ${i} follows`)
      if (places.has(name)) say(`record ${name} stands at ${places.get(name)} and at ${place}`)
      if (history.refused.has(name))
        say(`record ${name} is at ${place}, but its caller was told that it failed`)
      if (number <= (last.get(caller) ?? -1)) say(`record ${name} at ${place} stands behind a later one`)
      last.set(caller, number)
      places.set(name, place)
    })
  })
  for (const { caller, number, partition, offset } of history.acknowledgements) {
    const found = places.get(`${caller}:${number}`)
    const told = `${partition}@${offset}`
    if (found !== told) say(`record ${caller}:${number} was acknowledged at ${told} and stands at ${found}`)
  }
  return faults
}
