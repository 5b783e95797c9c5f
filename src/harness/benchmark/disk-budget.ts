/**
 * How much a benchmark may write: runs at saturation shrink rather than take more than a quarter of what is
 * free; a load whose length is given is refused where it does not fit.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { formatBytes } from '../../planner/units.ts'
import type { BenchPlan, BenchSettings } from './bench-settings.ts'

const DISK_SHARE = 4
/** Less than this shows nothing. */
const BYTES_PER_RUN_MIN = 16 * 2 ** 20
/** Of records with what batches add to them, and of index files. */
const OVERHEAD = 1.2

/**
 * Settings whose runs fit.
 * @throws HighwaterError HIGHWATER_RESOURCES
 * @param freeBytes of the disk of the logs; null where the system does not tell
 */
export function fitToDisk({ settings, load }: BenchPlan, freeBytes: number | null): BenchSettings {
  if (freeBytes === null) return settings
  const affordable = Math.floor(freeBytes / DISK_SHARE)
  const { recordsPerSecond, seconds, records, runs, leadMs, workload } = settings
  const perRun =
    records !== null
      ? (records / (workload === 'consume' ? runs : 1)) * load.meanRecordBytes
      : recordsPerSecond !== null && seconds !== null
        ? recordsPerSecond * (seconds + leadMs / 1000) * load.meanRecordBytes
        : null
  checkDisk((perRun ?? BYTES_PER_RUN_MIN) * runs, freeBytes)
  const bytesPerRunMax = Math.min(settings.bytesPerRunMax, Math.floor(affordable / runs / OVERHEAD))
  return { ...settings, bytesPerRunMax }
}

/** @throws HighwaterError HIGHWATER_RESOURCES if so many bytes of records do not fit */
export function checkDisk(bytes: number, freeBytes: number | null): void {
  const needed = bytes * OVERHEAD
  if (freeBytes === null || needed <= freeBytes / DISK_SHARE) return
  throw new HighwaterError(
    'HIGHWATER_RESOURCES',
    `This benchmark writes ${formatBytes(needed)}, and of ${formatBytes(freeBytes)} free on the disk of ` +
      `the logs it may take a quarter: make it shorter, or set TMPDIR to a directory on another disk.`
  )
}
