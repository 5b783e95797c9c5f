/**
 * `engine.partition.pace`, defined once for the two places it may be given: a cluster, for all topics, and a
 * topic, which goes before its cluster.
 */
export const PARTITION_PACE = 'engine.partition.pace'

export const PARTITION_PACE_SETTING = {
  type: 'int',
  default: 0,
  range: [0, 2 ** 40],
  doc: 'Bytes of record batches, as stored, that a partition appends in a second; 0: as many as it can.'
} as const
