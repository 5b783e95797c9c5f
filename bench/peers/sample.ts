/** One measured and audited run. */
export interface Sample {
  readonly records: number
  readonly recordBytes: number
  readonly seconds: number
  /** CPU seconds of the process or processes that did the work; null where the system does not tell. */
  readonly cpuSeconds: number | null
  /** Share of all cores that others took during the run, 0 to 1. */
  readonly foreignShare: number | null
  /** Only for our consumers. */
  readonly heapBytesPerMegabyte?: number
  /** Only for an idle engine. */
  readonly residentBytes?: number
}

export const recordsPerSecond = ({ records, seconds }: Sample): number => records / seconds

/** MB (10^6) of values per second. */
export const megabytesPerSecond = (sample: Sample): number => megabytes(sample) / sample.seconds

const megabytes = ({ records, recordBytes }: Sample): number => (records * recordBytes) / 1e6

/** CPU milliseconds per MB (10^6) of values, all processes together; NaN where it is not known. */
export function cpuMsPerMegabyte(sample: Sample): number {
  return sample.cpuSeconds === null ? Number.NaN : (sample.cpuSeconds * 1000) / megabytes(sample)
}

/** MB (10^6) of values per CPU second; NaN where it is not known. */
export function megabytesPerCpuSecond(sample: Sample): number {
  return 1000 / cpuMsPerMegabyte(sample)
}
