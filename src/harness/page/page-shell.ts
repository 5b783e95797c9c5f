/**
 * A report as one page that stands for itself: no script, and nothing that is loaded from anywhere, which its
 * content security policy holds browsers to. Its contents, landmarks and headings lead through it by keyboard
 * and by ear.
 *
 *   skip link · header · nav (contents) · main (answer, sections) · footer
 */
import { keepFiguresWhole } from '../../planner/units.ts'
import { escapeMarkup } from '../svg.ts'
import { PAGE_STYLE } from './page-style.ts'

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** A rising curve below a line, so that the tab can be told from others. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' " +
  "height='16' rx='3' fill='%230b5fb0'/%3E%3Cpath d='M2 13Q5 5 14 4' fill='none' stroke='white' " +
  "stroke-width='2'/%3E%3C/svg%3E"

export interface Section {
  readonly id: string
  readonly heading: string
  readonly html: string
}

interface PageSpec {
  /** Of the window. */
  readonly title: string
  readonly heading: string
  /** What the figures hold for, and when they were measured. */
  readonly subtitle: string
  /** Markup that comes before all sections. */
  readonly answer: string
  readonly sections: readonly Section[]
  readonly footer: string
}

/** Text to be read, not to be copied into a terminal: numbers are kept with their units. */
export function prose(text: string): string {
  return escapeMarkup(keepFiguresWhole(text))
}

export function paragraph(text: string, className = ''): string {
  const attribute = className === '' ? '' : ` class="${className}"`
  return `<p${attribute}>${prose(text)}</p>`
}

/** A command to be copied; lines end between its options and not within one. */
export function command(text: string): string {
  const [first = '', ...options] = text.split(/ (?=--?[a-z])/)
  const spans = options.map(option => ` <span class="option">${escapeMarkup(option)}</span>`)
  return `<pre><code>${escapeMarkup(first)}${spans.join('')}</code></pre>`
}

/** A list of sentences; nothing if there are none. */
export function items(lines: readonly string[]): string {
  if (lines.length === 0) return ''
  return `<ul>\n${lines.map(line => `<li>${prose(line)}</li>`).join('\n')}\n</ul>`
}

/**
 * A part of the page; one without content has no markup, and the page leaves it out.
 * @param id letters, digits and dashes, its own in the page
 * @param parts markup; empty ones are left out
 */
export function section(id: string, heading: string, ...parts: readonly string[]): Section {
  const content = parts.filter(part => part !== '')
  if (content.length === 0) return { id, heading, html: '' }
  const html = [
    `<section id="${escapeMarkup(id)}" aria-labelledby="${escapeMarkup(id)}-heading">`,
    `<h2 id="${escapeMarkup(id)}-heading">${prose(heading)}</h2>`,
    ...content,
    '</section>'
  ].join('\n')
  return { id, heading, html }
}

function contents(sections: readonly Section[]): string {
  const links = sections.map(
    ({ id, heading }) => `<li><a href="#${escapeMarkup(id)}">${prose(heading)}</a></li>`
  )
  return [
    '<nav aria-labelledby="contents-heading"><h2 id="contents-heading">On this page</h2><ol>',
    ...links,
    '</ol></nav>'
  ].join('\n')
}

/** The whole page, the same bytes for the same parts. */
export function pageShell(page: PageSpec): string {
  const { title, heading, subtitle, answer, footer } = page
  const sections = page.sections.filter(({ html }) => html !== '')
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeMarkup(title)}</title>`,
    `<link rel="icon" href="${ICON}">`,
    `<style>${PAGE_STYLE}</style></head><body>`,
    '<a class="skip" href="#main">Skip to the answer</a>',
    '<div class="page">',
    `<header><h1>${prose(heading)}</h1>\n${paragraph(subtitle, 'soft')}</header>`,
    contents(sections),
    `<main id="main" tabindex="-1">\n${answer}`,
    ...sections.map(({ html }) => html),
    '</main>',
    `<footer>${paragraph(footer)}</footer>`,
    '</div></body></html>',
    ''
  ].join('\n')
}
