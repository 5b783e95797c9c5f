/**
 * Where and how: the machine, the seeds, the files beside the page, and the command that makes it all again.
 */
import { escapeMarkup } from '../svg.ts'
import { factList } from './answer-card.ts'
import type { Figure } from './figure.ts'
import { command as commandMarkup, prose } from './page-shell.ts'

export interface ProvenanceInput {
  readonly environment: readonly (readonly [term: string, value: string])[]
  readonly seeds: readonly (readonly [purpose: string, seed: string])[]
  /** Beside the page, but its charts and their data. */
  readonly files: readonly { readonly name: string; readonly what: string }[]
  /** Makes the same measurement. */
  readonly command: string
  /** Makes the page again from what was measured; null where it cannot be. */
  readonly replay: string | null
}

/** What a file beside the page may be called: nothing hidden, nothing elsewhere. */
const FILE_NAME = /^\w[\w.-]*$/

/** @param figures whose charts and data are files beside the page too */
export function provenance(
  { environment, seeds, files, command, replay }: ProvenanceInput,
  figures: readonly Figure[]
): string {
  return [
    factList([...environment, ...seeds.map(([purpose, seed]) => [`Seed, ${purpose}`, seed] as const)]),
    files.length + figures.length === 0 ? '' : `<h3>Files beside this page</h3>\n${fileList(files, figures)}`,
    '<h3>The same measurement again</h3>',
    commandMarkup(command),
    replay === null ? '' : `<h3>The same page from the same measurements</h3>\n${commandMarkup(replay)}`
  ]
    .filter(part => part !== '')
    .join('\n')
}

function fileList(files: ProvenanceInput['files'], figures: readonly Figure[]): string {
  const own = files.map(({ name, what }) => `<li>${link(name)} <span class="soft">${prose(what)}</span></li>`)
  const charts = figures.map(
    ({ name, title }) =>
      `<li>${link(`${name}.svg`)} ${link(`${name}.csv`)} <span class="soft">${prose(title)}</span></li>`
  )
  return `<ul class="files">\n${[...own, ...charts].join('\n')}\n</ul>`
}

function link(name: string): string {
  const shown = `<code>${escapeMarkup(name)}</code>`
  return FILE_NAME.test(name) ? `<a href="${escapeMarkup(name)}">${shown}</a>` : shown
}
