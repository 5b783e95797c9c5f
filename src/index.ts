/**
 * The public door: everything a program may import from `highwater`.
 */
export type { Clock } from './base/clock.ts'
export { KafkaError } from './base/kafka-error.ts'
export { HighwaterError } from './base/local-errors.ts'
export type { TopicPartition } from './base/topic-partition.ts'
export { Admin, type TopicDescription } from './clients/admin/admin.ts'
export type { NewTopic } from './clients/admin/new-topic.ts'
export { Consumer } from './clients/consumer/consumer.ts'
export type { CommittedOffset, ConsumerInterceptor } from './clients/consumer/consumer-interceptors.ts'
export type { ConsumerConfig, ForEachOptions } from './clients/consumer/consumer-options.ts'
export type { ConsumerRecord } from './clients/consumer/consumer-record.ts'
export type { RecordHandler } from './clients/consumer/cursor-delivery.ts'
export type { Deserializer } from './clients/consumer/deserializers.ts'
export type { HandlerContext, LaneHandler, LaneReport } from './clients/consumer/handler-lane.ts'
export { RecordDeserializationError } from './clients/consumer/record-deserialization-error.ts'
export type { PartitionRange } from './clients/consumer/subscription-state.ts'
export type { ProducerInterceptor } from './clients/producer/interceptors.ts'
export type { PartitionChoices, Partitioner, PartitionFunction } from './clients/producer/partitioner.ts'
export { Producer } from './clients/producer/producer.ts'
export type { ProducerMetricValues, TopicMetricValues } from './clients/producer/producer-metrics.ts'
export type { ProducerOptions as ProducerConfig } from './clients/producer/producer-options.ts'
export type { ProducerRecord } from './clients/producer/producer-record.ts'
export type { RecordFuture, RecordMetadata, SendCallback } from './clients/producer/record-future.ts'
export type { Serializer } from './clients/serializers.ts'
export { type ClusterHandle, connectHandle } from './cluster/cluster-handle.ts'
export { type Cluster, type ClusterOptions, startCluster } from './cluster/embedded-cluster.ts'
export type { HandlerConfig } from './cluster/handler-thread.ts'
export { type HandlerRun, type RunHandlersOptions, runHandlers } from './cluster/run-handlers.ts'
export type { BenchReport } from './harness/benchmark/bench-report.ts'
export type { BenchOptions, Workload } from './harness/benchmark/bench-settings.ts'
export type { LatencySummary } from './harness/benchmark/histogram.ts'
export { parseKeys } from './harness/benchmark/key-distribution.ts'
export type { LoadOptions } from './harness/benchmark/load-settings.ts'
export { parseSizes, sizesText } from './harness/benchmark/payload.ts'
export type { BenchOutcome, BenchRunOptions } from './harness/benchmark/run-bench.ts'
export type { TuneOutcome, TuneRunOptions } from './harness/benchmark/run-tune.ts'
export { parseStall } from './harness/benchmark/stall.ts'
export type { TuneCell } from './harness/benchmark/tune-cells.ts'
export type { TuneReport } from './harness/benchmark/tune-report.ts'
export type { TuneOptions } from './harness/benchmark/tune-settings.ts'
export { type Environment, machineLine } from './harness/environment.ts'
export { checkContradictions } from './harness/inputs/contradictions.ts'
export {
  type ProfileChoice,
  parseGrowth,
  parseLength,
  parseOutage,
  parsePeakFactor,
  parseProfileChoice,
  parseTargetChoice,
  parseUtilisation,
  type TargetChoice
} from './harness/inputs/demand-text.ts'
export { articleLine, safeLine } from './harness/plan/formula-lines.ts'
export type { PlanReport, ReportedPoint } from './harness/plan/plan-report.ts'
export type { PlanProgress } from './harness/plan/plan-session.ts'
export { auditLine, backlogLine, lawLine } from './harness/plan/report-lines.ts'
export type { PlanResult, PlanRun } from './harness/plan/run-plan.ts'
export { outlinePlan, replayPlan, runBench, runPlan, runTune } from './harness/runs.ts'
export {
  type BatchingInput,
  type BatchingPrediction,
  predictBatching
} from './planner/batch-model.ts'
export { lawParametersText } from './planner/law-parameters.ts'
export { partitionsText } from './planner/partition-count.ts'
export type { Plan } from './planner/plan.ts'
export type { Refusal } from './planner/refusal.ts'
export { FAMILY_NAMES } from './planner/scaling-law.ts'
export {
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatRecordRate,
  formatShare,
  keepFiguresWhole,
  type ProcessCost,
  parseByteRate,
  parseByteSize,
  parseLoadRate,
  parseProcess
} from './planner/units.ts'
export type { Channel } from './wire/network/channel.ts'
export type { RecordCursor } from './wire/record/record-batch-iterator.ts'
export type { RecordHeader } from './wire/record/record-header.ts'
