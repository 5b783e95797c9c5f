/**
 * The public door: everything a program may import from `highwater`.
 */
export type { Clock } from './base/clock.ts'
export { KafkaError } from './base/kafka-error.ts'
export { HighwaterError } from './base/local-errors.ts'
export type { TopicPartition } from './base/topic-partition.ts'
export { Admin, type NewTopic, type TopicDescription } from './clients/admin/admin.ts'
export { Consumer, type ForEachOptions, type RecordHandler } from './clients/consumer/consumer.ts'
export type { ConsumerRecord } from './clients/consumer/consumer-record.ts'
export { Producer, type ProducerRecord } from './clients/producer/producer.ts'
export type { RecordFuture, RecordMetadata, SendCallback } from './clients/producer/record-future.ts'
export { type ClusterHandle, connectHandle } from './cluster/cluster-handle.ts'
export { type Cluster, type ClusterOptions, startCluster } from './cluster/embedded-cluster.ts'
export type { ConsumerConfig } from './config/consumer-config.ts'
export type { ProducerConfig } from './config/producer-config.ts'
export { articleLine, safeLine } from './harness/formula-lines.ts'
export type { PlanReport, ReportedPoint } from './harness/plan-report.ts'
export { type PlanProgress, type PlanResult, type PlanRun, runPlan } from './harness/run-plan.ts'
export {
  type BatchingInput,
  type BatchingPrediction,
  predictBatching
} from './planner/batch-model.ts'
export { partitionsText } from './planner/partition-count.ts'
export type { Plan } from './planner/plan.ts'
export type { Refusal } from './planner/refusal.ts'
export {
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatShare,
  type ProcessCost,
  parseByteRate,
  parseByteSize,
  parseProcess
} from './planner/units.ts'
export type { Channel } from './wire/network/channel.ts'
export type { RecordCursor } from './wire/record/record-batch-iterator.ts'
export type { RecordHeader } from './wire/record/record-header.ts'
