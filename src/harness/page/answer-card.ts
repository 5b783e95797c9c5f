/**
 * The answer, before everything else: the count, or what else was asked for, how far it can be trusted, what
 * binds it, and where a count lies between the two formulas.
 */
import { type Figure, figureHtml } from './figure.ts'
import { command as commandMarkup, paragraph, prose } from './page-shell.ts'
import { countText } from './quantity.ts'

/** What a check of the count came to. */
type VerdictState = 'failed' | 'held' | 'open' | 'refused'

interface CountAnswer {
  readonly kind: 'count'
  readonly partitions: number
  readonly interval: readonly [low: number, high: number]
}

/** What is no count: a rate. */
interface StatedAnswer {
  readonly kind: 'stated'
  readonly text: string
  /** How far it scatters. */
  readonly range: string
}

interface RefusedAnswer {
  readonly kind: 'refused'
  readonly reason: string
  /** What helps; null where the reason says it, or a command does. */
  readonly cure: string | null
  /** What would settle it; null where no measurement can. */
  readonly command: string | null
}

export interface AnswerCardInput {
  readonly answer: CountAnswer | RefusedAnswer | StatedAnswer
  readonly verdict: { readonly state: VerdictState; readonly words: string; readonly sentence: string }
  /** What must be known beside the count: `wide interval`, `engine, not your cluster`. */
  readonly badges: readonly string[]
  /** Few: the binding constraint, the planned load, the next limit. */
  readonly facts: readonly (readonly [term: string, value: string])[]
}

/** Told by shape, not by colour alone. */
const SIGNS: Readonly<Record<VerdictState, string>> = { held: '✓', open: '○', failed: '✗', refused: '✗' }

/** @param zones where a count lies between the formulas; null where there is none */
export function answerCard(
  { answer, verdict, badges, facts }: AnswerCardInput,
  zones: Figure | null
): string {
  const { state, words, sentence } = verdict
  return [
    '<section class="answer" aria-label="The answer">',
    headMarkup(answer),
    `<p class="verdict ${state}"><b><span aria-hidden="true">${SIGNS[state]}</span> ${prose(words)}</b>` +
      ` <span>${prose(sentence)}</span></p>`,
    answer.kind === 'refused' ? refusalMarkup(answer) : '',
    badges.length === 0
      ? ''
      : `<ul class="badges">${badges.map(text => `<li>${prose(text)}</li>`).join('')}</ul>`,
    facts.length === 0 ? '' : factList(facts),
    zones === null ? '' : figureHtml(zones),
    '</section>'
  ]
    .filter(part => part !== '')
    .join('\n')
}

function headMarkup(answer: AnswerCardInput['answer']): string {
  if (answer.kind === 'count') return countMarkup(answer)
  if (answer.kind === 'refused') return paragraph('No count', 'count')
  return `${paragraph(answer.text, 'count')}\n${paragraph(answer.range, 'range')}`
}

function countMarkup({ partitions, interval: [low, high] }: CountAnswer): string {
  const noun = partitions === 1 ? 'partition' : 'partitions'
  const range =
    low === high
      ? 'No other count lies in the 95 % interval.'
      : `95 % interval: ${countText(low)} to ${countText(high)}`
  return `<p class="count">${countText(partitions)} ${noun}</p>\n${paragraph(range, 'range')}`
}

function refusalMarkup({ reason, cure, command }: RefusedAnswer): string {
  const lines = [paragraph(reason)]
  if (cure !== null) lines.push(paragraph(cure))
  if (command !== null) lines.push(`<p>This would settle it:</p>\n${commandMarkup(command)}`)
  return lines.join('\n')
}

/** Terms and values side by side where there is room. */
export function factList(facts: readonly (readonly [term: string, value: string])[]): string {
  const rows = facts.map(([term, value]) => `<div><dt>${prose(term)}</dt><dd>${prose(value)}</dd></div>`)
  return `<dl class="facts">\n${rows.join('\n')}\n</dl>`
}
