/**
 * A whole page from plain data, and the files beside it: each part is there if its data is.
 */
import { type AnswerCardInput, answerCard } from '../../../src/harness/page/answer-card.ts'
import {
  type AssumptionsTableRow,
  assumptionsTable,
  assumptionsTableSummary
} from '../../../src/harness/page/assumptions-table.ts'
import { type BatchingFigureInput, batchingFigure } from '../../../src/harness/page/batching-figure.ts'
import { type CatchUpFigureInput, catchUpFigure } from '../../../src/harness/page/catch-up-figure.ts'
import {
  type ConsumerWaitFigureInput,
  consumerWaitFigure
} from '../../../src/harness/page/consumer-wait-figure.ts'
import { type CostFigureInput, costFigure } from '../../../src/harness/page/cost-figure.ts'
import { type CourseFigureInput, courseFigure } from '../../../src/harness/page/course-figure.ts'
import {
  type EffectivePartitionsFigureInput,
  effectivePartitionsFigure
} from '../../../src/harness/page/effective-partitions-figure.ts'
import { type Figure, figureFiles, figureHtml } from '../../../src/harness/page/figure.ts'
import { type GrowthFigureInput, growthFigure } from '../../../src/harness/page/growth-figure.ts'
import { type LatencyFigureInput, latencyFigure } from '../../../src/harness/page/latency-figure.ts'
import { items, pageShell, paragraph, type Section, section } from '../../../src/harness/page/page-shell.ts'
import { type PredictionFigureInput, predictionFigure } from '../../../src/harness/page/prediction-figure.ts'
import { type ProvenanceInput, provenance } from '../../../src/harness/page/provenance.ts'
import { type SkewFigureInput, skewFigure } from '../../../src/harness/page/skew-figure.ts'
import { type ThroughputFigureInput, throughputFigure } from '../../../src/harness/page/throughput-figure.ts'
import { type ZoneBarInput, zoneBar } from '../../../src/harness/page/zone-bar.ts'

export interface PlanPageInput {
  /** Of the window: `highwater plan 120 MB/s`. */
  readonly title: string
  /** The question: `How many partitions for 120 MB/s?` */
  readonly heading: string
  /** What the figures hold for, and when they were measured. */
  readonly subtitle: string
  readonly answer: AnswerCardInput
  readonly zones: ZoneBarInput | null
  /** Sentences: why this count. */
  readonly reasons: readonly string[]
  readonly throughput: ThroughputFigureInput | null
  readonly costs: CostFigureInput | null
  readonly skew: SkewFigureInput | null
  readonly effectivePartitions: EffectivePartitionsFigureInput | null
  readonly consumerWait: ConsumerWaitFigureInput | null
  readonly catchUp: CatchUpFigureInput | null
  readonly latency: LatencyFigureInput | null
  readonly course: CourseFigureInput | null
  readonly batching: BatchingFigureInput | null
  readonly predictions: PredictionFigureInput | null
  readonly growth: GrowthFigureInput | null
  readonly assumptions: readonly AssumptionsTableRow[]
  /** Sentences: what may be wrong. */
  readonly doubts: readonly string[]
  readonly provenance: ProvenanceInput
  readonly footer: string
}

interface PlanPage {
  readonly html: string
  /** Charts and tables by file name. */
  readonly files: ReadonlyMap<string, string>
}

function made<Input>(input: Input | null, make: (input: Input) => Figure): Figure[] {
  return input === null ? [] : [make(input)]
}

interface Part {
  readonly id: string
  readonly heading: string
  readonly figures: readonly Figure[]
}

function partsOf(input: PlanPageInput): Part[] {
  const parts: Part[] = [
    { id: 'throughput', heading: 'Throughput', figures: made(input.throughput, throughputFigure) },
    { id: 'costs', heading: 'What partitions cost', figures: made(input.costs, costFigure) },
    {
      id: 'keys',
      heading: 'Keys',
      figures: [
        ...made(input.skew, skewFigure),
        ...made(input.effectivePartitions, effectivePartitionsFigure)
      ]
    },
    {
      id: 'consumers',
      heading: 'Consumers',
      figures: [...made(input.consumerWait, consumerWaitFigure), ...made(input.catchUp, catchUpFigure)]
    },
    { id: 'latency', heading: 'Latency', figures: made(input.latency, latencyFigure) },
    { id: 'runs', heading: 'Runs', figures: made(input.course, courseFigure) },
    {
      id: 'batching',
      heading: 'Batching',
      figures: [...made(input.batching, batchingFigure), ...made(input.predictions, predictionFigure)]
    },
    { id: 'growth', heading: 'Growing later', figures: made(input.growth, growthFigure) }
  ]
  return parts.filter(({ figures }) => figures.length > 0)
}

/** All figures of a page in its order. */
export function figuresOf(input: PlanPageInput): Figure[] {
  return [...made(input.zones, zoneBar), ...partsOf(input).flatMap(part => part.figures)]
}

/** The same bytes for the same input. */
export function planPage(input: PlanPageInput): PlanPage {
  const { title, heading, subtitle, footer } = input
  const parts = partsOf(input)
  const figures = figuresOf(input)
  const html = pageShell({
    title,
    heading,
    subtitle,
    answer: answerCard(input.answer, made(input.zones, zoneBar)[0] ?? null),
    sections: [...textBefore(input), ...parts.map(sectionOf), ...textAfter(input, figures)],
    footer
  })
  return { html, files: figureFiles(figures) }
}

function sectionOf({ id, heading, figures }: Part): Section {
  return section(id, heading, ...figures.map(figureHtml))
}

function textBefore({ reasons }: PlanPageInput): Section[] {
  return reasons.length === 0 ? [] : [section('why', 'Why this count', items(reasons))]
}

function textAfter(input: PlanPageInput, figures: readonly Figure[]): Section[] {
  const { assumptions, doubts } = input
  const sections: Section[] = []
  if (assumptions.length > 0) {
    const summary = paragraph(assumptionsTableSummary(assumptions))
    sections.push(
      section('assumptions', 'Measured, derived, assumed', summary, assumptionsTable(assumptions))
    )
  }
  if (doubts.length > 0) sections.push(section('doubts', 'Doubts', items(doubts)))
  sections.push(section('provenance', 'Where and how', provenance(input.provenance, figures)))
  return sections
}
