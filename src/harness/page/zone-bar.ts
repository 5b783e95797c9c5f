/**
 * The zone bar: partition counts on a line, cut where the two formulas lie and where the plan with its
 * headroom begins.
 *
 *    often quoted 3.1      needed 7.9      planned 27
 *   ┌──────────┬──────────────┬───────────────┬─────────┐
 *   │    1     │      2       │       3       │    4    │
 *   └──┬───────┴──────────┬───┴────────────┬──┴───●─────┘
 *      1                  10               …      30 [27, 32]
 *   1 both sides short  2 consumers fall behind  3 carries the mean, not the plan  4 carries the plan
 */
import { textWidth } from '../svg.ts'
import { box, type Drawing, type Frame, line, shape, words, wordsWithin } from './drawing.ts'
import { type Figure, makeFigure } from './figure.ts'
import { rowsFor } from './legend.ts'
import { countText } from './quantity.ts'
import { pixelOf } from './scale.ts'
import { logTicks } from './ticks.ts'

export interface ZoneBarInput {
  /** Tt / max(Tp, Tc), not rounded. */
  readonly quoted: number
  /** Tt / min(Tp, Tc), not rounded. */
  readonly needed: number
  /** With peak, utilisation, catch-up and skew; null where the plan has none of them. */
  readonly planned: number | null
  /** Which side is short between the two formulas. */
  readonly slowSide: 'consumers' | 'producers'
  readonly recommended: number
  readonly interval: readonly [low: number, high: number]
}

interface Zone {
  readonly to: number
  readonly className: string
  readonly name: string
}

const BAR_HEIGHT = 44
const LABEL_LINE = 19
/** The line begins left of the first cut and ends right of the last, so that each zone can be seen. */
const MARGIN = 2

export function zoneBar(input: ZoneBarInput): Figure {
  const { quoted, needed, planned, recommended, interval } = input
  const rows = [
    ['often quoted, Tt/max(Tp,Tc)', quoted],
    ['needed, max(Tt/Tp, Tt/Tc)', needed],
    ...(planned === null ? [] : [['planned, with headroom', planned] as const]),
    ['recommended', recommended],
    ['recommended, low', interval[0]],
    ['recommended, high', interval[1]]
  ]
  return makeFigure({
    name: 'zones',
    title: 'Partition counts and who falls behind',
    result: resultOf(input),
    note: '',
    draw: frame => draw(input, frame),
    table: {
      title: 'Partition counts of the formulas and of the plan',
      columns: [{ heading: 'Formula' }, { heading: 'Partitions' }],
      rows
    }
  })
}

function resultOf({ quoted, needed, planned, slowSide }: ZoneBarInput): string {
  const isSame = ceilText(quoted) === ceilText(needed)
  const start = isSame
    ? `Both formulas give ${ceilText(needed)}`
    : `The formula often quoted says ${ceilText(quoted)}, where ${slowSide} fall behind; both sides keep ` +
      `up from ${ceilText(needed)}`
  if (planned === null) return `${start}.`
  return `${start}; with peak, headroom and catch-up the plan begins at ${ceilText(planned)}.`
}

/** The count that a quotient asks for; the rounding of binary fractions asks for none. */
function ceilText(count: number): string {
  return countText(Math.max(1, Math.ceil(count - 1e-9)))
}

function zonesOf({ quoted, needed, planned, slowSide }: ZoneBarInput, end: number): Zone[] {
  const carried = planned === null ? 'both sides carry it' : 'carries the plan'
  const zones: Zone[] = [
    { to: quoted, className: 'bad-fill', name: 'both sides short' },
    { to: needed, className: 'half-fill', name: `${slowSide} fall behind` }
  ]
  if (planned !== null && planned > needed) {
    zones.push({ to: planned, className: 'load-fill', name: 'carries the mean load only' })
  }
  zones.push({ to: end, className: 'good-fill', name: carried })
  return zones
}

function draw(input: ZoneBarInput, frame: Frame): Drawing {
  const { quoted, needed, planned, recommended, interval } = input
  const low = Math.min(1, quoted) / MARGIN
  const high = Math.max(1, needed, planned ?? 0, interval[1]) * MARGIN
  const scale = { kind: 'log' as const, low, high, ticks: logTicks(low, high, frame.isNarrow ? 6 : 12) }
  const x = (count: number): number => pixelOf(scale, count, 0, frame.width)
  const cuts = [
    { count: quoted, text: `often quoted ${ratioText(quoted)}` },
    { count: needed, text: `needed ${ratioText(needed)}` }
  ]
  if (planned !== null && planned > needed)
    cuts.push({ count: planned, text: `planned ${ratioText(planned)}` })
  const labels = cutLabels(cuts, x, frame.width)
  const top = labels.height
  const zones = zonesOf(input, high)
  let from = 0
  const bars = zones.map(({ to, className }, index) => {
    const start = from
    from = x(to)
    const middle = (start + from) / 2
    const isSeen = from - start > 14
    const digit = isSeen
      ? words([middle, top + BAR_HEIGHT / 2 + 5], String(index + 1), 'middle', 'strong')
      : ''
    return box(start, top, [from - start, BAR_HEIGHT], className) + digit
  })
  const bottom = top + BAR_HEIGHT
  const answer = x(recommended)
  const range = [x(interval[0]), x(interval[1])] as const
  const ticks = scale.ticks.filter(tick => tick >= Math.max(1, low) && tick <= high)
  const marks = [
    ...cuts.map(({ count }) => line([x(count), top - 5], [x(count), bottom], 'line-ink')),
    ...tickMarks(ticks, x, bottom, frame.width),
    box(range[0], bottom, [Math.max(2, range[1] - range[0]), 5], 'mark-ink'),
    shape('circle', [answer, bottom + 2.5], 6.5, 'mark-ink edge'),
    wordsWithin([answer, bottom + 44], answerText(input), [0, frame.width], 'strong')
  ]
  const legend = zoneLegend(zones, bottom + 60, frame)
  return {
    height: legend.height,
    content: [labels.content, ...bars, ...marks, legend.content].join('')
  }
}

function answerText({ recommended, interval: [low, high] }: ZoneBarInput): string {
  const range = low === high ? '' : ` [${countText(low)}, ${countText(high)}]`
  return `recommended ${countText(recommended)}${range}`
}

/** A quotient before rounding up: `3.1`, `0.28`, `5 000 005`. */
function ratioText(count: number): string {
  return count >= 100 ? countText(Math.round(count)) : String(Number(count.toPrecision(2)))
}

interface Cut {
  readonly count: number
  readonly text: string
}

/** Names of the cuts above the bar, one line higher wherever one would touch the one before it. */
function cutLabels(cuts: readonly Cut[], x: (count: number) => number, width: number): Drawing {
  const ends: number[] = []
  const placed = cuts.map(({ count, text }) => {
    const half = textWidth(text) / 2
    const centre = Math.max(half, Math.min(width - half, x(count)))
    let level = ends.findIndex(end => end < centre - half)
    if (level < 0) level = ends.length
    ends[level] = centre + half + 10
    return { centre, text, level, at: x(count) }
  })
  const levels = Math.max(1, ends.length)
  const height = levels * LABEL_LINE + 8
  const drawn = placed.map(({ centre, text, level, at }) => {
    const y = (levels - level) * LABEL_LINE - 4
    const lead = level === 0 ? '' : line([at, y + 4], [at, height - 4], 'axis')
    return lead + words([centre, y], text, 'middle', 'halo')
  })
  return { height, content: [...drawn].reverse().join('') }
}

function tickMarks(
  ticks: readonly number[],
  x: (count: number) => number,
  y: number,
  width: number
): string[] {
  let free = 0
  return ticks.map(tick => {
    const at = x(tick)
    const text = countText(tick)
    const half = textWidth(text) / 2
    const mark = line([at, y], [at, y + 5], 'axis')
    if (at - half < free || at + half > width) return mark
    free = at + half + 10
    return mark + words([at, y + 22], text, 'middle', 'soft')
  })
}

function zoneLegend(zones: readonly Zone[], top: number, { width }: Frame): Drawing {
  const widths = zones.map(({ name }) => 22 + textWidth(name))
  const rows = rowsFor(widths, 18, width)
  const drawn: string[] = []
  let index = 0
  rows.forEach((count, row) => {
    let x = 0
    const y = top + row * 22
    for (const { className, name } of zones.slice(index, index + count)) {
      const digit = words([x + 8, y + 12.5], String(index + 1), 'middle', 'strong')
      drawn.push(box(x, y, [16, 16], className), digit, words([x + 22, y + 12.5], name))
      x += (widths[index] ?? 0) + 18
      index++
    }
  })
  return { height: top + rows.length * 22, content: drawn.join('') }
}
