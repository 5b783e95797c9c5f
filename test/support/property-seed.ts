/**
 * Properties draw the same cases in every run, so that a red run is red again. `PROPERTY_SEED=N` draws
 * others.
 */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 20261122) })
